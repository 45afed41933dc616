/**
 * Completes the packages' dist/ after the compiler: our files in JavaScript, CSS, HTML and Lua are copied, and each that a module reads
 * beside itself becomes a string of that module, so that a bundle of any bundler holds it. The copy keeps a comment with the file's name,
 * by which the next build renews the string of a module that was not compiled again.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const kinds = /\.(?:css|html|js|lua)$/
const READ = /readFileSync\(new URL\('(\.[^']+\.(?:css|html|js|lua))', import\.meta\.url\), 'utf8'\)/
const INLINED = /\/\* file (\.\S+) \*\/ "(?:[^"\\]|\\.)*"/
const files = new RegExp(`${READ.source}|${INLINED.source}`, 'g')

for (const name of ['plugin', 'sandbox', 'service']) {
  const folder = join(root, name)
  const dist = join(folder, 'dist')
  for (const file of filesOf(folder)) cpSync(file, join(dist, relative(folder, file)))
  for (const file of filesOf(dist)) if (file.endsWith('.js')) inline(file)
}
const document = JSON.parse(readFileSync(join(root, 'openapi/openapi.json'), 'utf8'))
writeFileSync(join(root, 'plugin/dist/openapi.json'), JSON.stringify(document)) // half the size without its spaces

function inline (module) {
  const code = readFileSync(module, 'utf8')
  const inlined = code.replace(files, (_all, read, again) => {
    const name = read ?? again
    return `/* file ${name} */ ${JSON.stringify(readFileSync(resolve(dirname(module), name), 'utf8'))}`
  })
  if (inlined !== code) writeFileSync(module, inlined)
}

function * filesOf (folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (entry.name !== 'dist' && entry.name !== 'node_modules') yield * filesOf(path)
    } else if (kinds.test(entry.name)) yield path
  }
}
