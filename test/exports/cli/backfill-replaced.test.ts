/** Where a bulk export cannot be had, daily reports are fetched in the same run, and the progress has the reason. */
import { test } from '../../support/tap.ts'
import { needsRedis } from '../../support/redis-server.ts'
import { readConfig } from '#service/config/config.js'
import { bulkUnavailable } from '#service/cli/export-gateway.js'
import { DAYS_OF_RANGE, openBulk, RANGE, reasonOf, REPLACED, statesOf } from './bulk-fixture.ts'
import { filesOf } from './fixture.ts'

const ARGS = ['--reports', 'giftcards', ...RANGE]

test('without a webhook', needsRedis, async (t) => {
  const exports = await openBulk(t, { subscribed: false })
  const result = await exports.backfill(ARGS)
  t.same(result.missing, [])
  t.same(statesOf(result), [REPLACED])
  t.match(reasonOf(result), /^ROLLER_ERR_NOT_SUBSCRIBED/)
  t.equal(Object.keys(filesOf(exports.folder)).length, DAYS_OF_RANGE)
})

test('after an order of another program', needsRedis, async (t) => {
  const exports = await openBulk(t)
  exports.roller.faults.always({
    kind: 'status', status: 429, path: /reporting\/bulk/, headers: { 'retry-after': '20000' }, body: { message: 'less than 6 hours ago' }
  })
  const result = await exports.backfill(ARGS)
  t.same(result.missing, [])
  t.same(statesOf(result), [REPLACED])
  t.match(reasonOf(result), /^ROLLER_ERR_RATE_LIMITED.*less than 6 hours ago/)
  t.equal(Object.keys(filesOf(exports.folder)).length, DAYS_OF_RANGE)
})

test('after the deadline', needsRedis, async (t) => {
  const exports = await openBulk(t)
  exports.holdWebhooks()
  const result = await exports.backfill(ARGS, { bulk: { deadline: 100 } })
  t.same(result.missing, [])
  t.same(statesOf(result), ['ordered', REPLACED])
  t.match(reasonOf(result), /^ROLLER_ERR_TIMEOUT/)
  t.equal(Object.keys(filesOf(exports.folder)).length, DAYS_OF_RANGE)
})

test('without the settings of the service', needsRedis, async (t) => {
  const exports = await openBulk(t)
  const set = { NANGO_SECRET_KEY: '00000000-0000-4000-8000-000000000000', HOST: '127.0.0.1' }
  const unavailable = bulkUnavailable(readConfig({ ...set, PUBLIC_URL: 'https://gateway.example.com' }))
  t.match(unavailable, /^REDIS_URL of the service .* is not set\.$/)
  t.match(bulkUnavailable(readConfig(set)), /^REDIS_URL and PUBLIC_URL of the service .* are not set\.$/)
  t.equal(bulkUnavailable(readConfig({ ...set, REDIS_URL: 'redis://redis', PUBLIC_URL: 'https://gateway.example.com' })), undefined)
  const result = await exports.backfill(ARGS, { bulk: { unavailable } })
  t.same(result.missing, [])
  t.same(statesOf(result), [REPLACED])
  t.equal(Object.keys(filesOf(exports.folder)).length, DAYS_OF_RANGE)
})

test('for a report whose days ROLLER does not document, a short range, and days that may change', needsRedis, async (t) => {
  const exports = await openBulk(t)
  const reports = ['--reports', 'tickets,bookingsignedwaivers,products,giftcards']
  const short = await exports.backfill([...reports, '--from', '2026-10-01', '--to', '2026-10-31'])
  const days = ['--from', '2026-10-01', '--to', '2026-11-05', '--overlap', '366']
  const changing = await exports.backfill(['--reports', 'bookingpayments', ...days])
  for (const result of [short, changing]) {
    t.same(result.missing, [])
    t.same(statesOf(result), [])
  }
  t.notOk(exports.calls().some((call) => call.includes('/reporting/bulk')))
  t.equal(Object.keys(filesOf(exports.folder)).length, 3 * 30 + 1 + 35)
})

test('for a venue whose credentials were revoked', needsRedis, async (t) => {
  const exports = await openBulk(t)
  exports.roller.rejectCredentials('demo')
  exports.roller.revokeTokens('demo')
  const { missing } = await exports.backfill(ARGS)
  t.match(missing, [{ report: 'giftcards', reason: /ROLLER_ERR_CREDENTIALS_REJECTED/ }])
  t.equal(missing[0]?.days.length, DAYS_OF_RANGE)
})
