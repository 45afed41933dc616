/** Generated parts of the documents are current; each dependency has a reason, and each error a section. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from '../support/tap.ts'
import ts from 'typescript'
import { dependencyReasons } from '../../docs/dependency-reasons.ts'
import { errorDefinitions } from '#plugin/errors.js'
import { ROOT } from './blocks.ts'

const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8')

const packages = ['plugin', 'service', 'sandbox'] as const
const OWN = ['fastify-roller', 'roller-sandbox']

const sources = (folder: string): string[] => readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !/^(dist|node_modules)\//.test(name)).map((name) => read(`${folder}/${name}`))

/** Package names; type-only imports are not installed with the package. */
function importsOf (source: string): string[] {
  const code = source.replaceAll(/^import type [^;]*? from '.*'$/gm, '')
  const names = ts.preProcessFile(code).importedFiles.map(({ fileName }) => fileName)
  const resolved = [...code.matchAll(/\.resolve\('([^']+)'\)/g)].map(([, name]) => name ?? '')
  const exported = [...code.matchAll(/^export \* as \w+ from '([^']+)'/gm)].map(([, name]) => name ?? '')
  return [...names, ...resolved, ...exported].filter((name) => !/^(\.|node:)/.test(name)).map(
    (name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name
  )
}

test('are up to date', (t) => {
  const { status, stderr } = spawnSync(process.execPath, ['dist/docs/build.js', '--check'], { cwd: fileURLToPath(ROOT), encoding: 'utf8' })
  t.equal(status, 0, stderr)
  t.end()
})

test('have a reason for every dependency, and an import for every reason', (t) => {
  const given = new Set<string>()
  const { peerDependenciesMeta } = JSON.parse(read('plugin/package.json')) as { peerDependenciesMeta: Record<string, unknown> }
  const optionalPeers = new Set(Object.keys(peerDependenciesMeta))
  for (const folder of packages) {
    type Names = Record<string, string>
    const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(read(`${folder}/package.json`)) as Record<string, Names>
    const imported = new Set(sources(folder).flatMap(importsOf))
    const names = Object.keys({ ...dependencies, ...optionalDependencies })
    // What is optional for the plugin is installed by the service that needs it.
    for (const name of names) t.ok(imported.has(name) || optionalPeers.has(name), `${folder} imports ${name}`)
    for (const name of imported) t.ok(names.includes(name) || name in { ...peerDependencies }, `${folder} has the dependency ${name}`)
    for (const name of names) given.add(name)
  }
  t.strictSame(Object.keys(dependencyReasons).sort(), [...given].filter((name) => !OWN.includes(name)).sort())
  t.end()
})

test('have a section for every error', (t) => {
  const page = read('docs/errors.md')
  for (const [code, { title }] of Object.entries(errorDefinitions)) t.ok(page.includes(`\n## ${code}\n\n${title}.\n`), code)
  t.end()
})
