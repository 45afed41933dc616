// Builds the CommonJS files and their types beside the modules of the plugin and the sandbox, for hosts and test runners that `require`.
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const require = createRequire(import.meta.url)
const packages = {
  plugin: { index: './index.js', time: './time/venue-time.js' },
  sandbox: { index: './index.js' }
}

for (const [name, entries] of Object.entries(packages)) {
  const dist = fileURLToPath(new URL(`../${name}/dist/`, import.meta.url))
  await build({
    entryPoints: Object.entries(entries).map(([out, module]) => ({ in: dist + module, out })),
    outdir: dist,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // As `require`: Jest runs a dynamic import of CommonJS with a flag of Node.js only.
    supported: { 'dynamic-import': false },
    // These are CommonJS too; temporal-polyfill has modules only, and becomes part of the files.
    external: ['@nangohq/node', '@sinclair/typebox', 'fastify', 'fastify-plugin', 'lru-cache', 'negotiator', 'undici'],
    legalComments: 'inline',
    logLevel: 'warning'
  })
  for (const [out, module] of Object.entries(entries)) writeFileSync(`${dist}${out}.d.cts`, types(module, require(`${dist}${out}.cjs`)))
}

/** A module's types are of use to CommonJS as types alone, so each value is declared by its type. */
function types (module, values) {
  const from = `'${module}' with { 'resolution-mode': 'import' }`
  const isClass = (value) => typeof value === 'function' && /^class\b/.test(value.toString())
  const declared = Object.entries(values).map(([key, value]) => {
    if (key === 'default') return 'declare const plugin: typeof all.default\nexport default plugin\n'
    return `export declare const ${key}: typeof all.${key}\n` + (isClass(value) ? `export type ${key} = all.${key}\n` : '')
  })
  return `import type * as all from ${from}\nexport type * from ${from}\n${declared.join('')}`
}
