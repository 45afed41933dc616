/** kill -9 at any moment: the files in the end are those of a run that nothing has disturbed. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tap, { test } from '../../support/tap.ts'
import { DAYS, filesOf, open } from './fixture.ts'

tap.setTimeout(300_000)

const ROUNDS = Number(process.env['EXPORT_KILLS'] ?? 20)

test('an export that is killed at random moments ends as an undisturbed one', { timeout: 300_000 }, async (t) => {
  const exports = await open(t)
  // Slow enough to be hit in the middle.
  exports.roller.faults.always({ kind: 'slow', ms: 60, path: /startDate/ })
  const args = ['--reports', 'bookingitems,tickets,revenue-entries', ...DAYS, '--gzip', '--concurrency', '2']
  t.same((await exports.export(args)).missing, [])
  const undisturbed = filesOf(exports.folder)
  const into = mkdtempSync(join(tmpdir(), 'killed-'))
  t.teardown(() => { rmSync(into, { recursive: true, force: true }) })

  let kills = 0
  for (let round = 0; round < ROUNDS; round++) {
    const program = exports.command([...args, '--out', into])
    const timer = setTimeout(() => { program.child.kill('SIGKILL') }, 300 + Math.random() * 1_200)
    if (await program.exited === null) kills++
    clearTimeout(timer)
    for (const [name, digest] of Object.entries(filesOf(into))) {
      if (undisturbed[name] !== digest) t.fail(`${name} is not what an undisturbed run writes`)
    }
    // So that there is something left to do.
    if (Object.keys(filesOf(into)).length < 60) continue
    for (const name of readdirSync(into)) if (name !== '.roller-export') rmSync(join(into, name), { recursive: true })
  }
  t.ok(kills >= ROUNDS / 2, `killed ${kills} times`)
  const last = exports.command([...args, '--out', into])
  t.equal(await last.exited, 0, last.output().slice(-500))
  t.same(filesOf(into), undisturbed)
  t.same(readdirSync(join(into, '.roller-export')).filter((name) => name === 'lock' || name === 'unfinished'), [])
})

test('Ctrl-C ends within a second and loses nothing', { timeout: 60_000 }, async (t) => {
  const exports = await open(t)
  exports.roller.faults.always({ kind: 'slow', ms: 200, path: /startDate/ })
  const args = ['--reports', 'bookingitems', ...DAYS, '--out', exports.folder, '--concurrency', '2']
  const program = exports.command(args)
  for (let count = 0; count < 3; count++) await program.printed(new RegExp(`(?:"step":"file"[^]*){${count + 1}}`))
  const at = Date.now()
  program.child.kill('SIGINT')
  t.equal(await program.exited, 130)
  t.ok(Date.now() - at < 1_500, `${Date.now() - at} ms`)
  t.match(program.output(), /Interrupted\. Run the same command again/)
  const done = Object.keys(filesOf(exports.folder)).length
  t.ok(done >= 3 && done < 30)
  const before = exports.roller.requests.length
  exports.roller.faults.always(null)
  t.same((await exports.export(['--reports', 'bookingitems', ...DAYS])).missing, [])
  const again = exports.roller.requests.slice(before).filter(({ url }) => url.includes('startDate'))
  t.equal(again.length, 30 - done, 'nothing is fetched twice')
})
