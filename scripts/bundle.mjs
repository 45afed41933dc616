// Bundles the built service into service/dist-image/, for the container: fewer files to read at a start.
import { readFileSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const outdir = join(root, 'service/dist-image')
/** These read files of their own folder, so they stay in node_modules. */
const external = ['@fastify/swagger-ui', '@nangohq/frontend']

/** Inlines files that our code reads from its own folder. */
const ownFiles = {
  name: 'own-files',
  setup ({ onLoad }) {
    onLoad({ filter: /\/(?:plugin|service|sandbox)\/dist\/.*\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /readFileSync\(new URL\('(\.[^']+)', import\.meta\.url\), 'utf8'\)/g, (_all, file) => JSON.stringify(
          readFileSync(resolve(dirname(path), file), 'utf8')
        )
      )
    }))
  }
}

rmSync(outdir, { recursive: true, force: true })
await build({
  entryPoints: { app: join(root, 'service/dist/main.js') },
  outdir,
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
  external,
  plugins: [ownFiles],
  sourcemap: 'linked', // read if Node is started with --enable-source-maps
  legalComments: 'linked',
  banner: {
    js: [
      "import { createRequire as requireOf } from 'node:module'",
      "import { fileURLToPath as pathOf } from 'node:url'",
      "import { dirname as folderOf } from 'node:path'",
      'const require = requireOf(import.meta.url), __filename = pathOf(import.meta.url), __dirname = folderOf(__filename)'
    ].join('\n')
  },
  logLevel: 'warning'
})
