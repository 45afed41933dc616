/** Report filters: dates and date-times; ROLLER reads those without an offset as venue-local. */
import { test } from '../support/tap.ts'
import { momentOf } from '#plugin/time/date.js'
import { ruleFaults } from '#plugin/operations/rules.js'
import { build, callsAtRoller, VENUE } from '../support/build.ts'
import { START } from '../sandbox/roller-fixture.ts'

const REPORT = 'GET /data/bookingitems'
const span = (startDate: string, endDate: string): string[] => ruleFaults(
  REPORT, { query: { startDate, endDate }, body: null }
).map(({ detail }) => detail)

test('limits a period to one day, by time', async (t) => {
  for (const [start, end] of [
    ['2026-11-01T10:00:00', '2026-11-02T10:00:00'], ['2026-11-01T10:00:00', '2026-11-01T11:00'],
    ['2026-11-01T10:00:00Z', '2026-11-02T20:00:00+10:00'],
    ['2026-11-01', '2026-11-02T00:00:00'], ['2026-11-01T23:59:59.999', '2026-11-02'],
    // A day in the time zone of some venue.
    ['2026-11-01', '2026-11-02T12:00:00Z'], ['2026-11-01T12:00:00Z', '2026-11-01T11:00:00']
  ] as const) t.same(span(start, end), [], `${start} ${end}`)
  t.match(span('2026-11-01T10:00:00', '2026-11-02T10:00:01'), [/^is more than a day after startDate: a report covers one day at most/])
  t.match(span('2026-11-01T10:00:00Z', '2026-11-02T11:30:00Z'), [/^is more than a day after startDate/])
  t.match(span('2026-11-01T00:00:00+10:00', '2026-11-02T00:00:00Z'), [/^is more than a day after/])
  t.match(span('2026-11-01T10:00:00', '2026-11-03T10:00:00'), [/^is 2 days after/])
  t.match(span('2026-11-01', '2026-11-04T00:00:00Z'), [/^is 3 days after/])
  t.match(span('2026-11-01T10:00:00', '2026-11-01T09:59:59'), [/^must not be before startDate/])
  t.match(span('2026-11-02T12:00:00Z', '2026-11-01T10:00:00'), [/^must not be before startDate/])
})

test('parses a date or a date-time, and nothing else', async (t) => {
  t.same(momentOf('1970-01-02'), { at: 86_400_000, clock: 'venue' })
  t.same(momentOf('1970-01-01T10:00:00'), { at: 36_000_000, clock: 'venue' })
  t.same(momentOf('1970-01-01T10:00:00.5+10:00'), { at: 500, clock: 'utc' })
  t.same(momentOf('1970-01-01T00:00Z'), { at: 0, clock: 'utc' })
  for (
    const other of [
      '', 'x', '2026-02-30T10:00:00', '2026-11-01T25:00:00', '2026-11-01T10', '2026-11-01T10:00:00 10:00', '2026-11-01T10:00:00+10:00x', 7,
      null
    ]
  ) {
    t.equal(momentOf(other), null, String(other))
  }
})

test('forwards a date with a time over HTTP unchanged', async (t) => {
  const now = (): number => START
  const built = await build(t, { roller: { now }, nango: { now } })
  const get = async (url: string) => await built.app.inject({ url: `/roller${url}`, headers: VENUE })
  const urls = [
    '/data/bookingitems?startDate=2026-11-01T10:00:00&endDate=2026-11-02T10:00:00',
    '/reporting/revenue-entries?startDate=2026-11-01T10:00:00Z&endDate=2026-11-01T20:00:00%2B10:00',
    '/data/tillreconciliations?endDate=2026-11-01T10:00:00', '/data/membershipcredits?date=2026-11-01T10:00:00'
  ]
  for (const url of urls) t.equal((await get(url)).statusCode, 200, url)
  t.same(callsAtRoller(built).map(({ url }) => url), urls)
  const rejected = [
    ['/data/bookingitems?startDate=2026-11-01T10:00:00&endDate=2026-11-02T10:00:01', /one day at most/],
    ['/data/bookingitems?startDate=2026-11-01T10&endDate=2026-11-02', /a date such as .* or a date-time/],
    // A plus is a space in a query.
    ['/data/bookingitems?startDate=2026-11-01T10:00:00+10:00&endDate=2026-11-02T10:00:00Z', /%2B/]
  ] as const
  for (const [url, detail] of rejected) t.match((await get(url)).json(), { status: 400, code: 'ROLLER_ERR_VALIDATION', detail }, url)
  t.equal(callsAtRoller(built).length, urls.length)
})
