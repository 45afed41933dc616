/** The word check of `npm run lint`: see scripts/words.json. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '../support/tap.ts'

const script = fileURLToPath(import.meta.resolve('#root/scripts/words.mjs'))

function check (name: string, text: string): { status: number | null, stderr: string } {
  const folder = mkdtempSync(join(tmpdir(), 'words-'))
  const file = join(folder, name)
  writeFileSync(file, text)
  const { status, stderr } = spawnSync(process.execPath, [script, file], { encoding: 'utf8' })
  return { status, stderr: stderr.replaceAll(file, name) }
}

test('rejects a listed word in a document, with its line and the better term', async (t) => {
  t.same(check('page.md', '# Page\n\nThe budget is spent.\n'), { status: 1, stderr: 'page.md:3: budget -> rate limit\n' })
})

test('rejects a listed word in a comment and in a test title', async (t) => {
  t.same(check('code.ts', '/** Spends the budget. */\nexport const one = 1\n'), { status: 1, stderr: 'code.ts:1: budget -> rate limit\n' })
  t.match(check('x.test.ts', "t.test('it hits a wall', () => {})\n"), { status: 1, stderr: 'x.test.ts:1: wall -> cooling-off\n' })
})

test('accepts code in a document, identifiers, and wall clock', async (t) => {
  t.same(check('page.md', 'By the wall clock: `budget`.\n'), { status: 0, stderr: '' })
  t.same(check('code.ts', "export const budget = 'wall'\n"), { status: 0, stderr: '' })
})

test('rejects a line of a document over 140 characters, but not a row of a table', async (t) => {
  const long = 'word '.repeat(40)
  t.match(check('page.md', `${long}\n`), { status: 1, stderr: 'page.md:1: 200 characters\n' })
  t.same(check('page.md', `| ${long} |\n`), { status: 0, stderr: '' })
})
