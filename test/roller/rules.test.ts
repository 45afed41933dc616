import { test } from '../support/tap.ts'
import { operations } from '#plugin/operations/operations.js'
import { ruleFaults } from '#plugin/operations/rules.js'

const query = (name: string, query: Record<string, unknown>): Array<[string, string]> =>
  ruleFaults(name, { query, body: null }).map(({ pointer, detail }) => [pointer, detail])
const body = (name: string, body: unknown): string[] => ruleFaults(name, { query: {}, body }).map(({ pointer }) => pointer)

test('limits reports to one day', async (t) => {
  const names = Object.entries(operations).filter(([, { rateLimit }]) => rateLimit === 'reporting').map(([name]) => name)
  const checked = names.filter((name) => query(name, { startDate: '2026-07-01', endDate: '2026-07-08' }).length > 0)
  t.equal(checked.length, 10)
  for (const name of checked) {
    t.same(query(name, { startDate: '2024-02-28', endDate: '2024-02-29' }), [])
    t.same(query(name, { startDate: '2026-12-31', endDate: '2027-01-01' }), [])
    t.same(query(name, { startDate: '2026-03-29', endDate: '2026-03-29' }), [], 'not forbidden')
    t.match(query(name, { startDate: '2024-02-28', endDate: '2024-03-01' }), [['/query/endDate', /2 days after startDate/]])
    t.same(query(name, { startDate: '2026-07-02', endDate: '2026-07-01' }), [['/query/endDate', 'must not be before startDate']])
    t.same(query(name, { startDate: 'x', endDate: '2026-07-09' }), [], 'as the schema documents')
    t.same(query(name, {}), [])
  }
})

test('limits revenue entries to 100 references', async (t) => {
  const name = 'GET /reporting/revenue-entries'
  const list = (count: number): string => Array.from({ length: count }, (_, index) => String(index)).join(', ')
  t.same(query(name, { bookingReferences: list(100) }), [])
  t.match(query(name, { bookingReferences: list(101) }), [['/query/bookingReferences', /101/]])
})

test('requires at least a day for a bulk export', async (t) => {
  const name = 'POST /reporting/bulk'
  t.same(body(name, { startDate: '2026-07-01', endDate: '2026-07-02' }), [])
  t.same(body(name, { startDate: '2020-01-01', endDate: '2026-07-02' }), [], 'as long as it likes')
  t.same(body(name, { startDate: '2026-07-01', endDate: '2026-07-01' }), ['/body/endDate'])
  t.same(body(name, { startDate: '2026-07-02', endDate: '2026-07-01' }), ['/body/endDate'])
  for (const other of [null, undefined, 'x', [], {}, { startDate: '2026-07', endDate: '2026-06' }]) t.same(body(name, other), [])
})

test('requires a criterion for a search of bookings', async (t) => {
  const name = 'GET /bookings'
  t.match(query(name, {}), [['/query', /at least one/]])
  t.match(query(name, { keywords: '', date: undefined }), [['/query', /at least one/]])
  t.same(query(name, { keywords: 'Ann' }), [])
  t.match(query(name, { keywords: 'An' }), [['/query/keywords', /at least 3 characters/]])
  t.same(query(name, { startTime: '14:00' }), [])
  t.same(query(name, { Date: '2026-07-01', productIds: '1' }), [], 'ROLLER does not mind the case of names')
  t.same(query(name, { date: '2026-07-01', productIds: '1', locationIds: '2' }), [])
  t.match(query(name, { productIds: '1' }), [['/query/date', /required with productIds/]])
  t.match(query(name, { productIds: '1', locationIds: '2', keywords: 'ab' }), [
    ['/query/keywords', /3/], ['/query/date', /productIds and locationIds/]
  ])
  t.same(query(name, { email: 'a@example.com' }), [], 'a criterion of tomorrow')
})

test('validates dates that a schema declares as strings', async (t) => {
  t.same(query('GET /product-availability/calendar', { date: '2026-07' }), [])
  for (const date of ['2026-13', '2026-7', '2026-07-01', 'July', '2026-00']) {
    t.match(query('GET /product-availability/calendar', { date }), [['/query/date', /must be a month/]], date)
  }
  t.same(query('GET /product-availability/calendar', {}), [])
  t.same(query('GET /capacity-reservation/block', { date: '2026-07-01' }), [])
  t.same(query('GET /capacity-reservation/block', {}), [])
  t.match(query('GET /capacity-reservation/block', { date: '01/07/2026' }), [['/query/date', /must be a date/]])
})

test('validates a block of part of a day', async (t) => {
  const name = 'POST /capacity-reservation/block'
  t.same(body(name, { blockEntireDay: false }), ['/body/startTime', '/body/endTime'])
  t.same(body(name, { blockEntireDay: false, startTime: '10:00' }), ['/body/endTime'])
  for (const block of [{ blockEntireDay: true }, {}, { blockEntireDay: false, startTime: '10:00', endTime: '11:00' }]) {
    t.same(body(name, block), [])
  }
})

test('requires the email or the phone of a payment link', async (t) => {
  const name = 'POST /bookings/{uniqueId}/payments/links'
  t.same(body(name, { amount: 5 }), ['/body'])
  t.same(body(name, { amount: 5, email: '', phone: '' }), ['/body'])
  for (const link of [{ amount: 5, email: 'a@example.com' }, { amount: 5, phone: '0400000000' }, null]) t.same(body(name, link), [])
})

test('accepts any input for operations without rules', async (t) => {
  for (const name of ['GET /venues/me', 'GET /unknown', 'toString', '__proto__']) t.same(query(name, {}), [])
})
