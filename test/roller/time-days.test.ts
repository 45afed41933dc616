import { test } from '../support/tap.ts'
import { Temporal } from 'temporal-polyfill'
import { dayNumber, isDate } from '#plugin/time/date.js'
import { addDays, dayBounds, daysBetween, toInstant, toVenueDate, venueDays } from '#plugin/time/venue-time.js'

const invalid = { name: 'RollerTimeError', code: 'ROLLER_TIME_INVALID' }

test('handles calendar days', async (t) => {
  t.equal(addDays('2026-01-31', 1), '2026-02-01')
  t.equal(addDays('2024-02-28', 1), '2024-02-29')
  t.equal(addDays('2026-02-28', 1), '2026-03-01')
  t.equal(addDays('2100-02-28', 1), '2100-03-01', 'not a leap year')
  t.equal(addDays('2026-01-01', -1), '2025-12-31')
  t.equal(addDays('2024-02-29', 366), '2025-03-01')
  t.equal(addDays('2026-03-29', 0), '2026-03-29')
  t.equal(daysBetween('2024-02-28', '2024-03-01'), 2)
  t.equal(daysBetween('2026-03-01', '2026-02-28'), -1)
  for (
    const [date, days] of [['2026-02-30', 1], ['2026-2-3', 1], ['20260203', 1], ['', 1], ['2026-01-01', 0.5], ['9999-12-31', 1]] as const
  ) {
    t.throws(() => addDays(date, days), invalid, `${date} + ${days}`)
  }
})

test('accepts valid dates only', async (t) => {
  for (const text of ['2024-02-29', '2026-12-31', '0001-01-01']) t.ok(isDate(text), text)
  for (
    const text of ['2026-02-29', '2026-04-31', '2026-00-10', '0000-01-01', '2026-11-30T00:00:00', ' 2026-11-30', '2026-11', 20261130, null]
  ) {
    t.notOk(isDate(text), String(text))
  }
})

test('counts days like Temporal', async (t) => {
  const epoch = Temporal.PlainDate.from('1970-01-01')
  const two = (number: number): string => String(number).padStart(2, '0')
  for (const year of [1, 4, 99, 100, 400, 1899, 1900, 1970, 2000, 2023, 2024, 2026, 2100, 9999]) {
    for (let month = 0; month <= 13; month++) {
      for (let day = 0; day <= 32; day++) {
        const text = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
        let expected: number | null = null
        try { expected = epoch.until(Temporal.PlainDate.from(text), { largestUnit: 'days' }).days } catch {} // there is no such day
        if (dayNumber(text) !== expected) t.equal(dayNumber(text), expected, text)
      }
    }
  }
  t.equal(dayNumber('1970-01-02'), 1)
})

test('returns the days of a range, end excluded', async (t) => {
  t.same(venueDays('2024-02-28', '2024-03-02'), ['2024-02-28', '2024-02-29', '2024-03-01'])
  t.same(venueDays('2026-07-01', '2026-07-02'), ['2026-07-01'])
  t.same(venueDays('2026-07-01', '2026-07-01'), [])
  t.same(venueDays('2026-07-02', '2026-07-01'), [])
  const days = venueDays('2023-12-15', '2025-01-18')
  t.equal(days.length, 400)
  t.equal(new Set(days).size, 400)
  t.equal(days[0], '2023-12-15')
  t.equal(days.at(-1), '2025-01-17')
  t.ok(days.every((day, index) => index === 0 || day === addDays(days[index - 1] ?? '', 1)))
  t.throws(() => venueDays('0001-01-01', '9999-12-31'), invalid)
  t.throws(() => venueDays('2026-01-01', 'soon'), invalid)
})

test('computes the length of days with clock changes', async (t) => {
  for (const [date, zone, hours, start] of [
    ['2026-03-28', 'Europe/London', 24, '2026-03-28T00:00:00Z'],
    ['2026-03-29', 'Europe/London', 23, '2026-03-29T00:00:00Z'],
    ['2026-10-25', 'Europe/London', 25, '2026-10-24T23:00:00Z'],
    ['2026-03-08', 'America/New_York', 23, '2026-03-08T05:00:00Z'],
    ['2026-11-01', 'America/New_York', 25, '2026-11-01T04:00:00Z'],
    ['2026-10-04', 'Australia/Sydney', 23, '2026-10-03T14:00:00Z'],
    ['2026-04-05', 'Australia/Sydney', 25, '2026-04-04T13:00:00Z'],
    ['2026-10-04', 'Australia/Brisbane', 24, '2026-10-03T14:00:00Z'],
    ['2026-10-04', 'Australia/Lord_Howe', 23.5, '2026-10-03T13:30:00Z'],
    ['2026-04-05', 'Australia/Lord_Howe', 24.5, '2026-04-04T13:00:00Z'],
    ['2018-11-04', 'America/Sao_Paulo', 23, '2018-11-04T03:00:00Z'], // begins at 01:00
    ['2018-02-17', 'America/Sao_Paulo', 25, '2018-02-17T02:00:00Z'], // 23:00 comes twice
    ['2025-11-02', 'America/Havana', 25, '2025-11-02T04:00:00Z'], // midnight comes twice
    ['2011-12-30', 'Pacific/Apia', 0, '2011-12-30T10:00:00Z'] // never was
  ] as const) {
    const bounds = dayBounds(date, zone)
    t.equal(bounds.hours, hours, `${date} ${zone}`)
    t.equal(bounds.start.iso, start, `${date} ${zone}`)
    t.equal(bounds.end.epochMilliseconds - bounds.start.epochMilliseconds, hours * 3_600_000)
  }
  t.throws(() => dayBounds('2026-02-29', 'Europe/London'), invalid)
})

test('covers a year with adjacent days', async (t) => {
  for (
    const zone of ['Europe/London', 'America/New_York', 'Australia/Sydney', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'America/Havana']
  ) {
    let end: string | undefined
    let hours = 0
    for (const date of venueDays('2018-01-01', '2019-01-01')) {
      const bounds = dayBounds(date, zone)
      if (end !== undefined && end !== bounds.start.iso) t.fail(`${zone}: ${date} does not touch the day before`)
      if (toVenueDate(bounds.start.iso, zone) !== date) t.fail(`${zone}: ${date} begins on another day`)
      if (toVenueDate(bounds.end.epochMilliseconds - 1, zone) !== date) t.fail(`${zone}: ${date} ends on another day`)
      if (toInstant(`${date}T12:00:00`, zone).iso <= bounds.start.iso) t.fail(`${zone}: ${date} has no noon`)
      end = bounds.end.iso
      hours += bounds.hours
    }
    t.equal(hours, 365 * 24, `${zone} has a whole year`)
  }
})
