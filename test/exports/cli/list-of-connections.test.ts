/** Nango cannot list the connections when an export starts: it is tried again, for as long as the option says. */
import { test } from '../../support/tap.ts'
import { DAYS, filesOf, open } from './fixture.ts'

const REPORTS = ['--reports', 'bookingitems', ...DAYS]
const LIST = { path: /^\/connections\?/ }

function fastTime (): { now: () => number, sleep: (ms: number) => Promise<void> } {
  let now = 0
  return { now: () => now, sleep: async (ms) => { now += ms } }
}

for (const fault of [{ kind: 'html', status: 502 }, { kind: 'reset' }, { kind: 'cut', status: 200, body: [] }] as const) {
  test(`exports everything after a list that failed twice, with ${fault.kind}`, async (t) => {
    const exports = await open(t, { names: [] })
    const troubles: [string, number][] = []
    for (const again of [fault, fault]) exports.nango.faults.next({ ...again, ...LIST })
    const onTrouble = (code: string, ms: number): void => { troubles.push([code, ms]) }
    const { missing } = await exports.export(REPORTS, { time: fastTime(), onTrouble })
    t.same(missing, [])
    t.equal(Object.keys(filesOf(exports.folder)).length, 10)
    t.same(troubles, [['ROLLER_ERR_UNREACHABLE', 1_000], ['ROLLER_ERR_UNREACHABLE', 2_000]])
  })
}

test('fails when the list has failed for as long as the option says', async (t) => {
  const exports = await open(t, { names: [] })
  exports.nango.faults.always({ kind: 'html', status: 502, ...LIST })
  const time = fastTime()
  await t.rejects(exports.export([...REPORTS, '--patience', '300'], { time }), { code: 'ROLLER_ERR_UNREACHABLE' })
  t.ok(time.now() >= 300_000 && time.now() < 360_000 + 1, `after ${time.now()} ms`)
})

test('waits for the Retry-After of Nango', async (t) => {
  const exports = await open(t, { names: [] })
  const body = { error: { code: 'too_many_request' } }
  exports.nango.faults.next({ kind: 'status', status: 429, headers: { 'retry-after': '40' }, body, ...LIST })
  const time = fastTime()
  await exports.export(REPORTS, { time })
  t.ok(time.now() >= 40_000, `${time.now()} ms`)
})

test('waits no longer than the option says, however long Retry-After is', async (t) => {
  const exports = await open(t, { names: [] })
  const body = { error: { code: 'too_many_request' } }
  exports.nango.faults.next({ kind: 'status', status: 429, headers: { 'retry-after': '50' }, body, ...LIST })
  const time = fastTime()
  t.same((await exports.export([...REPORTS, '--patience', '20'], { time })).missing, [])
  t.equal(time.now(), 20_000)
})

test('does not try again with a key that Nango rejects', async (t) => {
  const exports = await open(t, { names: [] })
  exports.nango.faults.always({ kind: 'status', status: 403, body: { error: { code: 'invalid_scope' } }, ...LIST })
  const time = fastTime()
  await t.rejects(exports.export(REPORTS, { time }), { code: 'ROLLER_ERR_NANGO_REJECTED' })
  t.equal(time.now(), 0)
})

test('does not try again for an estimate', async (t) => {
  const exports = await open(t, { names: [] })
  exports.nango.faults.always({ kind: 'html', status: 502, ...LIST })
  const { exited, output } = exports.command([...REPORTS, '--dry-run', '--out', exports.folder])
  t.equal(await exited, 1)
  t.match(output(), /^ROLLER_ERR_UNREACHABLE: .* Run the same command again later/)
})

test('says that it tries again', async (t) => {
  const exports = await open(t, { names: [] })
  exports.nango.faults.next({ kind: 'reset', ...LIST })
  const { exited, output } = exports.command([...REPORTS, '--out', exports.folder])
  t.equal(await exited, 0)
  t.match(JSON.parse(output().split('\n')[0] ?? ''), { step: 'retry', venue: null, code: 'ROLLER_ERR_UNREACHABLE', seconds: 1 })
})
