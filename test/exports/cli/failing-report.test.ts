/** A report that ROLLER cannot give: the venue's other reports are exported. */
import { test } from '../../support/tap.ts'
import { callsAtRoller } from '../../support/build.ts'
import { DAYS, filesOf, open } from './fixture.ts'

for (const [kind, fault] of [['an error', { kind: 'status', status: 500, body: {} }], ['nothing', { kind: 'reset' }]] as const) {
  test(`exports the other reports where ROLLER answers one with ${kind}`, async (t) => {
    const exports = await open(t, { names: [], options: { retries: 0 } })
    exports.roller.faults.always({ ...fault, path: /\/data\/tickets/ })
    let now = 0
    const time = { now: () => now, sleep: async (ms: number) => { now += ms } }
    const { missing } = await exports.export(['--reports', 'tickets,bookingitems,products', '--concurrency', '2', ...DAYS], { time })
    t.match(missing, [{ report: 'tickets', reason: /GET \/data\/tickets|ROLLER_ERR/, whatToDo: /^Run the same command again later/ }])
    t.equal(missing.length, 1)
    t.equal(missing[0]?.days.length, 10)
    t.equal(Object.keys(filesOf(exports.folder)).length, 10 + 1)
    t.ok(now >= 900_000, 'it is tried again for as long as the option says')
  })
}

test('tries each report once more where ROLLER has been away for longer than the option says', async (t) => {
  const exports = await open(t, { names: [], options: { retries: 0 } })
  exports.roller.faults.always({ kind: 'status', status: 503, path: /\/data\//, body: '' })
  const args = ['--reports', 'tickets,bookingitems,customers', '--patience', '0', ...DAYS]
  const { missing } = await exports.export([...args, '--concurrency', '1'])
  t.same(missing.map(({ days }) => days.length), [10, 10, 10])
  t.equal(callsAtRoller(exports).filter(({ url }) => url.startsWith('/data/')).length, 3)
})

test('names what ROLLER answers to a report that it rejects', async (t) => {
  const exports = await open(t, { names: [] })
  const body = { message: `The report is not part of the plan.\u001b[2J${'x'.repeat(1_000)}` }
  exports.roller.faults.always({ kind: 'status', status: 422, path: /\/data\/tickets/, body })
  const { missing } = await exports.export(['--reports', 'tickets', ...DAYS])
  t.match(missing, [{ reason: /answered 422 .*"message":"The report is not part of the plan\./, whatToDo: /^Remove the cause that ROLLER names/ }])
  t.ok(missing.every(({ reason }) => reason.length < 500))
})
