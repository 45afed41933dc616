/** Which days are fetched with a bulk export: 31 that are missing, or more, if that costs less; and what an earlier order has of them. */
import { join } from 'node:path'
import type { Test } from 'tap'
import { reports } from 'fastify-roller/internal'
import { addDays } from 'fastify-roller/time'
import { BulkOrders, type BulkOrder } from '#service/export/bulk-order.js'
import { isCovered, planRanges } from '#service/export/bulk-plan.js'
import type { Job } from '#service/export/plan.js'
import { test } from '../../support/tap.ts'

const FROM = '2026-09-01'
const NOW = Date.UTC(2026, 11, 1)
const HOUR = 3_600_000

function job (day: string, isFinal = true): Job {
  const report = reports.get('bookingpayments')
  if (report === undefined) throw new Error('there is such a report')
  return { report, day, isFinal, failedAt: null, path: day }
}

const missing = (days: number, from = FROM): Job[] => Array.from({ length: days }, (_, index) => job(addDays(from, index)))

async function planned (t: Test, jobs: readonly Job[], { order, units = 2 }: { order?: Partial<BulkOrder>, units?: number } = {}) {
  const folder = t.testdir()
  const orders = new BulkOrders({ own: (name) => join(folder, name) })
  if (order !== undefined) {
    await orders.write('1', 'bookingpayments', {
      version: 1,
      from: FROM,
      to: addDays(FROM, 40),
      at: new Date(NOW - HOUR).toISOString(),
      accepted: true,
      processId: null,
      rejected: false,
      ...order
    })
  }
  const estimate = (): { months: number, units: number } => ({ months: 1, units })
  const [range] = await planRanges('1', jobs, orders, NOW, { estimateBulkExport: estimate })
  return range === undefined
    ? null
    : { from: range.from, to: range.to, ordered: range.order !== null, days: jobs.filter((one) => isCovered(range, one)).length }
}

test('orders 31 days and no fewer, of those that do not change any more', async (t) => {
  t.equal(await planned(t, missing(30)), null)
  t.same(await planned(t, missing(31)), { from: FROM, to: addDays(FROM, 31), ordered: false, days: 31 })
  t.equal(await planned(t, [...missing(30), job(addDays(FROM, 30), false)]), null)
})

test('orders only if it costs less, with the three daily reports of its check', async (t) => {
  t.equal(await planned(t, missing(31), { units: 28 }), null)
  t.ok(await planned(t, missing(31), { units: 27 }))
})

test('uses an earlier order for what it has, and orders again for 31 days that it lacks when ROLLER takes another', async (t) => {
  const changing = job(addDays(FROM, 10), false)
  t.same(await planned(t, [...missing(5), changing], { order: {} }), { from: FROM, to: addDays(FROM, 40), ordered: true, days: 5 })
  t.match(await planned(t, missing(80), { order: {} }), { ordered: true, days: 40 }, 'another would be rejected')
  for (const hours of [-7, 7]) {
    const at = new Date(NOW + hours * HOUR).toISOString()
    t.match(await planned(t, missing(80), { order: { at } }), { ordered: false, days: 80 }, 'also where the clock was ahead')
    t.match(await planned(t, missing(70), { order: { at } }), { ordered: true, days: 40 }, 'not for 30 days')
  }
  t.match(await planned(t, missing(31, addDays(FROM, 40)), { order: {} }), { ordered: false }, 'which has none of them')
})

test('orders nothing again whose files were rejected', async (t) => {
  t.equal(await planned(t, missing(60), { order: { rejected: true } }), null)
})
