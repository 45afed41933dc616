// Bundles the built service into service/dist-image/, for the container: fewer files to read at a start.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const outdir = join(root, 'service/dist-image')
/** It reads files of its own folder, so it stays where npm put it. */
const external = ['@fastify/swagger-ui']

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
  sourcemap: 'linked', // read where Node is started with --enable-source-maps
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
