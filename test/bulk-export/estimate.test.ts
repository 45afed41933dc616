/** ROLLER's published examples, and invalid input. */
import { test } from '../support/tap.ts'
import { estimateBulkExport } from '#plugin/client/bulk-export-estimate.js'

const units = (startDate: string, endDate: string, recordsPerMonth?: number | number[]) =>
  estimateBulkExport({ startDate, endDate, ...(recordsPerMonth !== undefined && { recordsPerMonth }) })

test('computes ROLLER\'s examples: 3, 9 and 1', async (t) => {
  t.strictSame(units('2020-01-01', '2020-04-01', 1), { months: 3, units: 3 })
  t.strictSame(units('2020-01-28', '2020-03-05', 25_000), { months: 3, units: 9 })
  t.strictSame(units('2020-04-10', '2020-05-10', [600, 0]), { months: 2, units: 1 })
})

test('counts the months of the range, its end excluded', async (t) => {
  for (const [start, end, months] of [
    ['2026-01-31', '2026-02-01', 1], ['2026-01-31', '2026-02-02', 2], ['2024-02-29', '2024-03-01', 1], ['2025-12-31', '2026-01-02', 2],
    ['2020-01-01', '2025-01-01', 60]
  ] as const) t.strictSame(units(start, end), { months, units: months }, `${start} to ${end}`)
})

test('counts 1 for 10,000 records, and one more for the next record', async (t) => {
  for (const [records, expected] of [[0, 0], [1, 1], [10_000, 1], [10_001, 2], [100_000, 10]] as const) {
    t.equal(units('2026-01-01', '2026-02-01', records).units, expected)
  }
})

test('rejects input that cannot be estimated', async (t) => {
  for (const [start, end, records] of [
    ['2026-01-01', '2026-01-01'], ['2026-01-02', '2026-01-01'], ['2026-02-30', '2026-03-01'], ['2026-1-1', '2026-03-01'],
    ['2026-01-01', 'soon'], ['', ''],
    ['2026-01-01', '2026-03-01', [1]], ['2026-01-01', '2026-03-01', [1, 1, 1]], ['2026-01-01', '2026-03-01', [1, -1]],
    ['2026-01-01', '2026-03-01', NaN], ['2026-01-01', '2026-03-01', Infinity]
  ] as [string, string, (number | number[])?][]) {
    t.throws(
      () => units(start, end, records), { code: 'ROLLER_ERR_VALIDATION' }, `${start} ${end} ${String(records)}`
    )
  }
})
