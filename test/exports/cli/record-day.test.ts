/** The day under which a record is filed, also where the clocks change. */
import { toVenueDate } from 'fastify-roller/time'
import { reports } from 'fastify-roller/internal'
import { test } from '../../support/tap.ts'
import { dayFinder } from '#service/export/record-day.js'

test('an instant falls under the day of the venue', async (t) => {
  for (const zone of ['America/Chicago', 'Europe/London', 'Australia/Lord_Howe', 'America/Santiago', 'Pacific/Apia']) {
    const dayOf = dayFinder('2026-01-01', '2027-01-01', zone)
    for (let at = Date.UTC(2026, 0, 2); at < Date.UTC(2026, 11, 30); at += 313 * 60_000) {
      const text = new Date(at).toISOString()
      if (dayOf(text) !== toVenueDate(text, zone)) t.equal(dayOf(text), toVenueDate(text, zone), `${zone} ${text}`)
    }
  }
  const dayOf = dayFinder('2026-10-20', '2026-11-05', 'America/Chicago')
  const cases: [value: unknown, day: string | null][] = [
    ['2026-11-02T05:59:59.9999999Z', '2026-11-01'],
    ['2026-11-02T06:00:00Z', '2026-11-02'],
    ['2026-11-01T23:30:00-06:00', '2026-11-01'],
    ['2026-11-01T01:30:00-0500', '2026-11-01'],
    ['2026-11-01T01:30:00', '2026-11-01'],
    ['2026-11-01', '2026-11-01'],
    ['2026-10-20T04:59:59Z', null],
    ['2026-10-20T05:00:00Z', '2026-10-20'],
    ['2026-11-05T05:59:59Z', '2026-11-04'],
    ['2026-11-05T06:00:00Z', null],
    ['2026-11-05', null],
    ['2026-11-01T25:00:00', null],
    ['2026-11-01T10:00:61Z', null],
    ['2026-11-01 and more', null],
    ['', null],
    [null, null],
    [1_793_000_000_000, null]
  ]
  for (const [value, day] of cases) t.equal(dayOf(value), day, String(value))
})

test('the column of the day is a column of the report with a time', async (t) => {
  const found = [...reports.values()].flatMap(({ id, bulk, columns }) =>
    bulk === null ? [] : [[id, columns.find(({ name }) => name === bulk.dayColumn)?.type]])
  t.same(found.map(([, type]) => type), Array(9).fill('timestamp'), JSON.stringify(found))
})
