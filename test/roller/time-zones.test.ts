import { test } from '../support/tap.ts'
import {
  dayBounds, readTimeZone, RollerTimeError, toInstant, toVenueDate, toVenueLocal, type Disambiguation
} from '#plugin/time/venue-time.js'

const LONDON = 'Europe/London'
const code = (code: string): { name: string, code: string } => ({ name: 'RollerTimeError', code })

test('accepts only full names of the tz database', async (t) => {
  for (const name of ['Australia/Brisbane', 'America/Argentina/Buenos_Aires', 'US/Eastern', 'Asia/Calcutta', 'Asia/Kolkata', 'Etc/UTC']) {
    t.equal(readTimeZone({ ianaTimeZone: name }), name)
  }
  t.equal(readTimeZone({ ianaTimeZone: ' australia/brisbane ' }), 'Australia/Brisbane', 'case is put right')
  for (const unusable of [
    '(UTC+10:00) Brisbane', 'E. Australia Standard Time', '+10:00', 'UTC', 'GMT', 'EST', 'CET', 'EST5EDT', 'Mars/Olympus', 'Australia/',
    'Australia/Brisbane/..', '', null, undefined, 10, {}, ['Australia/Brisbane']
  ]) t.equal(readTimeZone({ ianaTimeZone: unusable }), null, String(unusable))
  t.equal(readTimeZone({}), null)
})

test('reads a time without an offset as local, with one as an instant', async (t) => {
  const brisbane = 'Australia/Brisbane'
  t.same(toInstant('2026-11-30T09:30:00', brisbane), { epochMilliseconds: Date.UTC(2026, 10, 29, 23, 30), iso: '2026-11-29T23:30:00Z' })
  t.equal(toInstant('2026-11-30T09:30', brisbane).iso, '2026-11-29T23:30:00Z')
  t.equal(toInstant('2026-11-30 09:30', brisbane).iso, '2026-11-29T23:30:00Z')
  for (const zone of [brisbane, null]) {
    t.equal(toInstant('2026-11-30T09:30:00Z', zone).iso, '2026-11-30T09:30:00Z')
    t.equal(toInstant('2026-11-30t09:30:00z', zone).iso, '2026-11-30T09:30:00Z')
    t.equal(toInstant('2026-11-30T09:30:00-05:00', zone).iso, '2026-11-30T14:30:00Z')
    t.equal(toInstant('2026-11-30T09:30:00+0530', zone).iso, '2026-11-30T04:00:00Z')
  }
  t.equal(toInstant('2020-07-31T03:43:40.4085882+00:00', null).iso, '2020-07-31T03:43:40.4085882Z', 'no digit is lost')
})

test('rejects a local time without a zone', async (t) => {
  t.throws(() => toInstant('2026-11-30T09:30:00', null), code('ROLLER_TIME_ZONE_UNKNOWN'))
  t.throws(() => toInstant('2026-11-30T09:30:00', '(UTC+10:00) Brisbane'), code('ROLLER_TIME_ZONE_UNKNOWN'))
  t.throws(() => toVenueLocal(0, 'Nowhere/Land'), code('ROLLER_TIME_ZONE_UNKNOWN'))
  t.throws(() => dayBounds('2026-11-30', 'Nowhere/Land'), code('ROLLER_TIME_ZONE_UNKNOWN'))
  t.ok(new RollerTimeError('ROLLER_TIME_INVALID', '') instanceof RangeError)
})

test('rejects invalid date-times', async (t) => {
  for (const text of [
    '', 'today', '2026-11-30', '09:30', '2026-02-30T00:00:00', '2026-13-01T00:00:00Z', '2026-11-30T25:00:00', '2026-11-30T09:30:00+99:00',
    '2026-11-30T09:30:00[Europe/London]', '+002026-11-30T09:30:00', '2026-11-30T09:30:00+10'
  ]) t.throws(() => toInstant(text, LONDON), code('ROLLER_TIME_INVALID'), text)
})

test('handles gaps and overlaps of clock changes', async (t) => {
  const at = (text: string, zone: string, disambiguation?: Disambiguation): string =>
    toInstant(text, zone, disambiguation === undefined ? {} : { disambiguation }).iso
  // 01:00 to 02:00 does not exist.
  t.equal(at('2026-03-29T01:30:00', LONDON), '2026-03-29T01:30:00Z', 'moves forward, to 02:30')
  t.equal(toVenueLocal(at('2026-03-29T01:30:00', LONDON), LONDON), '2026-03-29T02:30:00')
  t.equal(at('2026-03-29T01:30:00', LONDON, 'earlier'), '2026-03-29T00:30:00Z')
  t.equal(at('2026-03-29T01:30:00', LONDON, 'later'), '2026-03-29T01:30:00Z')
  // 01:00 to 02:00 comes twice.
  t.equal(at('2026-10-25T01:30:00', LONDON), '2026-10-25T00:30:00Z', 'the first of the two')
  t.equal(at('2026-10-25T01:30:00', LONDON, 'compatible'), '2026-10-25T00:30:00Z')
  t.equal(at('2026-10-25T01:30:00', LONDON, 'later'), '2026-10-25T01:30:00Z')
  for (const text of ['2026-03-29T01:30:00', '2026-10-25T01:30:00']) {
    t.throws(() => at(text, LONDON, 'reject'), code('ROLLER_TIME_AMBIGUOUS'))
  }
  t.equal(at('2026-06-01T12:00:00', LONDON, 'reject'), '2026-06-01T11:00:00Z')
  // Half an hour.
  t.equal(at('2026-10-04T02:15:00', 'Australia/Lord_Howe'), '2026-10-03T15:45:00Z')
  t.equal(toVenueLocal('2026-10-03T15:45:00Z', 'Australia/Lord_Howe'), '2026-10-04T02:45:00')
  // A midnight that does not exist.
  t.equal(at('2018-11-04T00:00:00', 'America/Sao_Paulo'), '2018-11-04T03:00:00Z')
})

test('returns local time and date of the venue at an instant', async (t) => {
  t.equal(toVenueLocal('2026-10-25T00:30:00Z', LONDON), '2026-10-25T01:30:00')
  t.equal(toVenueLocal('2026-10-25T01:30:00Z', LONDON), '2026-10-25T01:30:00')
  t.equal(toVenueLocal(Date.UTC(2026, 0, 1), 'America/New_York'), '2025-12-31T19:00:00')
  t.equal(toVenueLocal('2026-01-01T00:00:00.1234567+00:00', 'America/New_York'), '2025-12-31T19:00:00.1234567')
  t.equal(toVenueDate(Date.UTC(2026, 0, 1), 'America/New_York'), '2025-12-31')
  t.equal(toVenueDate('2026-01-01T00:00:00+14:00', 'Pacific/Kiritimati'), '2026-01-01')
  t.throws(() => toVenueLocal('2026-01-01T00:00:00', LONDON), code('ROLLER_TIME_INVALID'), 'local already')
  t.throws(() => toVenueDate('2026-01-01', LONDON), code('ROLLER_TIME_INVALID'))
  t.throws(() => toVenueDate(NaN, LONDON), code('ROLLER_TIME_INVALID'))
})
