/** The phrase check of `npm run lint`: see scripts/words.json. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '../support/tap.ts'

const script = fileURLToPath(import.meta.resolve('#root/scripts/words.mjs'))

test('rejects listed phrases with file and line, also across a line break, and accepts other uses of their words', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'words-'))
  t.teardown(() => { rmSync(folder, { recursive: true }) })
  const planted = {
    'page.md': '# Page\n\nThe check runs in\nvain.\nA word list, vanity and places.\n',
    'code.ts': "/**\n * The caller went\n * away.\n */\nexport const text = 'it goes on'\n",
    'text.lua': '-- Nango says so\n'
  }
  for (const [name, text] of Object.entries(planted)) writeFileSync(join(folder, name), text)
  const { status, stderr } = spawnSync(process.execPath, [script, ...Object.keys(planted)], { cwd: folder, encoding: 'utf8' })
  t.equal(status, 1)
  t.same(stderr.trim().split('\n'), [
    'page.md:3: in vain -> without a result',
    'code.ts:2: went away -> disconnects, is unavailable',
    'code.ts:5: goes on -> continues, is sent',
    'text.lua:1: Nango says -> the fact itself, or a standard verb'
  ])
})
