/** When the records of a day in a bulk export count as those of its daily report. */
import { reports } from 'fastify-roller/internal'
import { compareDay } from '#service/export/bulk-check.js'
import { BulkRejected } from '#service/export/day-spool.js'
import { test } from '../../support/tap.ts'

type Fields = Readonly<Record<string, unknown>>
const report = reports.get('bookingpayments')

/** @returns why the bulk export is rejected; null if it is taken */
async function rejection (bulk: readonly Fields[], daily: readonly Fields[]): Promise<string | null> {
  if (report?.bulk == null) throw new Error('payments have a bulk export')
  const stream = async function * (records: readonly Fields[]): AsyncGenerator<Fields> { yield * records }
  try {
    await compareDay(report, report.bulk, { day: '2026-11-12', inBulk: stream(bulk), daily: stream(daily) })
    return null
  } catch (error) {
    if (error instanceof BulkRejected) return error.message
    throw error
  }
}

const records = (count: number): Fields[] => Array.from({ length: count }, (_, index) => (
  { bookingPaymentId: String(index), createdDate: '2026-11-12T10:00:00Z', amount: 5, note: null }))

test('takes records in any order, with fields in any order', async (t) => {
  const reordered = records(3).reverse().map((record) => Object.fromEntries(Object.entries(record).reverse()))
  t.equal(await rejection(records(3), reordered), null)
})

test('takes a few records that have moved to a later day since: two, or a tenth', async (t) => {
  t.equal(await rejection(records(3), records(1)), null)
  t.match(await rejection(records(3), []), /has 3 of 3 records of 2026-11-12 that the daily report does not have/)
  t.equal(await rejection(records(100), records(90)), null)
  t.match(await rejection(records(100), records(89)), /has 11 of 100 records/)
})

test('rejects a record that it lacks, lacks once, or has in another form', async (t) => {
  const [first = {}] = records(1)
  for (const daily of [
    records(2), [first, first], [{ ...first, bookingPaymentId: '7' }], [{ ...first, createdDate: '2026-11-12T20:00:00+10:00' }],
    [{ ...first, amount: '5' }], [{ ...first, note: {} }], [{ ...first, more: 1 }]
  ]) t.match(await rejection([first], daily), /The daily report of 2026-11-12 has a record that the bulk export does not have/)
})
