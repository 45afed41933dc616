/** The generated parts of the documents are what the code generates; each dependency has a reason, and each error a section. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from '../support/tap.ts'
import ts from 'typescript'
import { dependencyReasons } from '../../docs/dependency-reasons.ts'
import { catalogue } from '#plugin/errors.js'
import { ROOT } from './blocks.ts'

const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8')

const sources = (): string[] => ['plugin', 'service'].flatMap((folder) => readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts')).map((name) => read(`${folder}/${name}`)))

/** Names of packages; what is imported for its types alone is not installed with the package. */
function importsOf (source: string): string[] {
  const code = source.replaceAll(/^import type [^;]*? from '.*'$/gm, '')
  const names = ts.preProcessFile(code).importedFiles.map(({ fileName }) => fileName)
  const resolved = [...code.matchAll(/\.resolve\('([^']+)'\)/g)].map(([, name]) => name ?? '')
  return [...names, ...resolved].filter((name) => !/^(\.|node:)/.test(name)).map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name)
}

test('the documents are up to date', (t) => {
  const { status, stderr } = spawnSync(process.execPath, ['dist/docs/build.js', '--check'], { cwd: fileURLToPath(ROOT), encoding: 'utf8' })
  t.equal(status, 0, stderr)
  t.end()
})

test('every dependency has a reason, and every reason a dependency that is imported', (t) => {
  const { dependencies, optionalDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>
  t.strictSame(Object.keys(dependencyReasons).sort(), Object.keys({ ...dependencies, ...optionalDependencies }).sort())
  const imported = new Set(sources().flatMap(importsOf))
  for (const name of Object.keys(dependencyReasons)) t.ok(imported.has(name), `${name} is imported`)
  for (const name of imported) t.ok(name in dependencyReasons, `${name} is a dependency`)
  t.end()
})

test('every error has a section', (t) => {
  const page = read('docs/errors.md')
  for (const [code, { title }] of Object.entries(catalogue)) t.ok(page.includes(`\n## ${code}\n\n${title}.\n`), code)
  t.end()
})
