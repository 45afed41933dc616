/** Long ranges with bulk exports: the files of daily reports, with a handful of calls. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '../../support/tap.ts'
import { needsRedis } from '../../support/redis-server.ts'
import { DAYS_OF_RANGE, openBulk, RANGE, reasonOf, statesOf } from './bulk-fixture.ts'
import { filesOf, recordsOf } from './fixture.ts'

/** Of each kind, with and without a key. Brisbane; Chicago and London, whose clocks change in the range. */
const CASES = [
  { names: [], reports: ['bookingitems', 'revenue-entries', 'tillreconciliations', 'membershipredemptions'] },
  { names: ['b', 'c'], reports: ['bookingpayments'] }
]

for (const { names, reports } of CASES) {
  test(`the files are those of daily reports (${reports.join(', ')})`, { ...needsRedis, timeout: 120_000 }, async (t) => {
    const exports = await openBulk(t, { names })
    const daily = mkdtempSync(join(tmpdir(), 'daily-'))
    t.teardown(() => { rmSync(daily, { recursive: true, force: true }) })
    const args = ['--reports', reports.join(), ...RANGE]
    t.same((await exports.export(args, { out: daily })).missing, [])
    const found = filesOf(daily)
    t.ok(Object.keys(found).some((path) => recordsOf(daily, path).length > 0))
    exports.calls()

    const result = await exports.backfill(args)
    t.same(result.missing, [])
    const calls = exports.calls()
    const orders = reports.length * exports.venues.length
    t.equal(calls.filter((call) => call.startsWith('POST /reporting/bulk')).length, orders)
    // Eight each, and room for a call that is repeated.
    t.ok(calls.length <= orders * 10, `${calls.length} calls in place of ${orders * DAYS_OF_RANGE}`, { calls })
    t.equal(statesOf(result).filter((state) => state === 'ordered').length, orders)
    t.equal(statesOf(result).filter((state) => state === 'received').length, orders, reasonOf(result))
    t.same(filesOf(exports.folder), found, 'byte for byte')
    t.same((await exports.backfill(args)).missing, [])
    t.same(exports.calls(), [], 'all of it is there')
  })
}

for (const format of ['csv', 'parquet']) {
  test(`the files are those of daily reports (${format})`, needsRedis, async (t) => {
    const exports = await openBulk(t)
    const daily = mkdtempSync(join(tmpdir(), 'daily-'))
    t.teardown(() => { rmSync(daily, { recursive: true, force: true }) })
    const args = ['--reports', 'bookingitems', '--format', format, '--from', '2026-10-20', '--to', '2026-11-25']
    t.same((await exports.export(args, { out: daily })).missing, [])
    const result = await exports.backfill(args)
    t.same(result.missing, [])
    t.ok(statesOf(result).includes('received'))
    t.same(filesOf(exports.folder), filesOf(daily))
    const usage = await exports.app.inject('/connections/demo-venue/usage')
    t.match(usage.json(), { bulk: 2 }, 'its months are counted')
  })
}
