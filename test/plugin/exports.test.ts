/** The public exports are exactly those in docs/reference.md. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from '../support/tap.ts'
import ts from 'typescript'

const file = (path: string): string => fileURLToPath(import.meta.resolve(path))
const page = readFileSync(file('#root/docs/reference.md'), 'utf8').split('\n## Exports\n')[1] ?? ''
const [index = '', time = ''] = page.split('`fastify-roller/time`')

const INDEX = file('#plugin/index.d.ts')
const TIME = file('#plugin/time/venue-time.d.ts')
// Only names are compared, which needs no library.
const program = ts.createProgram([INDEX, TIME], { module: ts.ModuleKind.NodeNext, noLib: true, types: [], skipLibCheck: true })
const checker = program.getTypeChecker()

function exportsOf (path: string): string[] {
  const source = program.getSourceFile(path)
  const symbol = source === undefined ? undefined : checker.getSymbolAtLocation(source)
  return symbol === undefined ? [] : checker.getExportsOfModule(symbol).map(({ name }) => name).filter((name) => name !== 'default').sort()
}

/** Names in the first column of the table, or in a sentence. */
const named = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].flatMap(
  ([, names = '']) => [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => name)
).sort()

test('exports of fastify-roller', (t) => {
  const exported = exportsOf(INDEX)
  t.same(exported, named(index, /^\| (`[^|]+) \|/gm))
  t.ok(exported.length <= 51, `${exported.length} exports`)
  t.end()
})

test('exports of fastify-roller/time', (t) => {
  const exported = exportsOf(TIME).filter((name) => /^[a-z]|Error$/.test(name))
  t.same(exported, named(time, /^(.*)$/gm))
  t.end()
})
