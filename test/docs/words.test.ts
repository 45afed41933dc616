/** The word check of `npm run lint`: see scripts/words.json. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '../support/tap.ts'

const script = fileURLToPath(import.meta.resolve('#root/scripts/words.mjs'))

test('rejects listed words and long lines with their place, and accepts code, identifiers and tables', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'words-'))
  t.teardown(() => { rmSync(folder, { recursive: true }) })
  const long = 'word '.repeat(40)
  const planted = {
    'page.md': `# Page\n\nThe budget is spent.\n${long}\n| ${long} |\nBy the wall clock: \`budget\`.\n`,
    'code.ts': "/** Spends the budget. */\nexport const budget = 'wall'\n",
    'title.test.ts': "t.test('it hits a wall', () => {})\nt.test('a refused connection', () => {})\nt.test('refuses a key', () => {})\n",
    'texts.ts': "log.warn({ asked: 1 }, 'nobody listens')\nexport const field = { description: 'What it ' + 'was told' }\n"
  }
  for (const [name, text] of Object.entries(planted)) writeFileSync(join(folder, name), text)
  const { status, stderr } = spawnSync(process.execPath, [script, ...Object.keys(planted)], { cwd: folder, encoding: 'utf8' })
  t.equal(status, 1)
  t.same(stderr.trim().split('\n'), [
    'page.md:3: budget -> rate limit',
    'page.md:4: 200 characters',
    'code.ts:1: budget -> rate limit',
    'title.test.ts:1: wall -> cooling-off',
    'title.test.ts:3: refuses -> reject',
    'texts.ts:1: asked -> requested, called',
    'texts.ts:1: nobody -> the component, or a passive',
    'texts.ts:2: told -> reports, or a passive'
  ])
})
