// Copies files that the compiler ignores to the packages' dist/: JavaScript, CSS, HTML and Lua, and the OpenAPI document.
import { cpSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const kinds = /\.(?:css|html|js|lua)$/

for (const name of ['plugin', 'sandbox', 'service']) {
  const folder = join(root, name)
  for (const file of filesOf(folder)) cpSync(file, join(folder, 'dist', relative(folder, file)))
}
cpSync(join(root, 'openapi/openapi.json'), join(root, 'plugin/dist/openapi.json'))

function * filesOf (folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (entry.name !== 'dist' && entry.name !== 'node_modules') yield * filesOf(path)
    } else if (kinds.test(entry.name)) yield path
  }
}
