/** Usage is counted for each calendar month in UTC, with its own events. */
import { test } from '../support/tap.ts'
import { bulkUnits, UsageMeter } from '#plugin/gateway/usage/usage.js'
import { ManualClock } from '../support/manual-clock.ts'

test('starts again with the month, and raises its events again', async (t) => {
  let now = Date.UTC(2026, 10, 30, 23, 59, 59, 999)
  const marks: unknown[] = []
  const usage = new UsageMeter({
    redis: undefined,
    scope: '',
    allowance: 5,
    byVenue: true,
    clock: new ManualClock(),
    date: () => now,
    onMark: (mark, connectionId, { month, rest }) => { marks.push([mark, connectionId, month, rest]) }
  })
  for (let calls = 0; calls < 6; calls++) usage.count('venue', calls < 4 ? 'one' : 'two', 'rest')
  t.match(await usage.read('venue', 'one'), { month: '2026-11', rest: 6 })
  now++
  t.match(await usage.read('venue', 'one'), { month: '2026-12', rest: 0 })
  usage.count('venue', 'one', 'rest', 4)
  t.strictSame(marks, [['warning', 'one', '2026-11', 4], ['exceeded', 'two', '2026-11', 5], ['warning', 'one', '2026-12', 4]])
})

test('calls from before their venue was known are counted for it once', async (t) => {
  const onMark = (): void => { t.fail('there is no allowance') }
  const usage = new UsageMeter({ redis: undefined, scope: '', allowance: 0, byVenue: true, clock: new ManualClock(), onMark })
  usage.count(null, 'one', 'rest')
  usage.count('venue', 'one', 'rest')
  usage.count('venue', 'one', 'rest')
  t.match(await usage.read('venue', 'other'), { rest: 3 })
})

test('a bulk export costs at least a unit for each month', async (t) => {
  for (const [startDate, endDate, units] of [
    ['2026-01-01', '2026-02-01', 1], ['2026-01-31', '2026-02-02', 2], ['2026-01-01', '2027-01-01', 12], ['2026-02-01', '2026-02-01', 1],
    ['2026-03-01', '2026-01-01', 1], ['soon', '2026-01-01', 1], [undefined, undefined, 1]
  ] as const) t.equal(bulkUnits(Buffer.from(JSON.stringify({ startDate, endDate }))), units)
  for (const body of ['', 'null', '[]', '7']) t.equal(bulkUnits(Buffer.from(body)), 1)
})
