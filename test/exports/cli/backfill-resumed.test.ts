/** An export that is killed after its order: the next run does not order again. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '../../support/tap.ts'
import { needsRedis } from '../../support/redis-server.ts'
import { DAYS_OF_RANGE, openBulk, RANGE, statesOf } from './bulk-fixture.ts'
import { filesOf } from './fixture.ts'

const ARGS = ['--reports', 'bookingitems', ...RANGE]
const isOrder = (call: string): boolean => call.startsWith('POST /reporting/bulk')

test('the command orders, and the next run has the files', { ...needsRedis, timeout: 60_000 }, async (t) => {
  const exports = await openBulk(t)
  const release = exports.holdWebhooks()
  const program = exports.command(['--backfill', 'bulk', ...ARGS, '--out', exports.folder], {
    REDIS_URL: `redis://127.0.0.1:${exports.redisPort}`,
    PUBLIC_URL: exports.url,
    ROLLER_TRANSPORT: 'direct',
    ROLLER_BASE_URL: exports.roller.url
  })
  await program.printed(/"step":"bulk".*"state":"ordered"/)
  program.child.kill('SIGKILL')
  await program.exited
  t.equal(exports.calls().filter(isOrder).length, 1)
  release()
  const result = await exports.backfill(ARGS)
  t.same(result.missing, [])
  t.ok(statesOf(result).includes('received'))
  t.notOk(exports.calls().some(isOrder))
  t.equal(Object.keys(filesOf(exports.folder)).length, DAYS_OF_RANGE)
  t.notOk(existsSync(order(exports.folder, exports.venues[0])), 'it is forgotten')
})

test('Ctrl-C ends a wait at once', needsRedis, async (t) => {
  const exports = await openBulk(t)
  exports.holdWebhooks()
  const interrupted = new AbortController()
  const running = exports.backfill(ARGS, { signal: interrupted.signal })
  while (!existsSync(order(exports.folder, exports.venues[0]))) await new Promise((resolve) => setTimeout(resolve, 5))
  const at = Date.now()
  interrupted.abort(new Error('interrupted'))
  await t.rejects(running, { message: 'interrupted' })
  t.ok(Date.now() - at < 1_500, `${Date.now() - at} ms`)
})

test('an order without a response is repeated, and its rejection means that ROLLER has it', needsRedis, async (t) => {
  const exports = await openBulk(t)
  const release = exports.holdWebhooks()
  const interrupted = new AbortController()
  const running = exports.backfill(ARGS, { signal: interrupted.signal })
  const file = order(exports.folder, exports.venues[0])
  while (!existsSync(file) || !readFileSync(file, 'utf8').includes('"accepted":true')) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  interrupted.abort(new Error('interrupted'))
  await t.rejects(running)
  writeFileSync(file, readFileSync(file, 'utf8').replace('"accepted":true', '"accepted":false'))
  exports.roller.faults.always({
    kind: 'status', status: 429, path: /reporting\/bulk/, headers: { 'retry-after': '20000' }, body: { message: 'less than 6 hours ago' }
  })
  release()
  const result = await exports.backfill(ARGS)
  t.same(result.missing, [])
  t.ok(statesOf(result).includes('received'))
})

test('Ctrl-C before the order is sent leaves none, and the next run orders', needsRedis, async (t) => {
  const exports = await openBulk(t)
  const interrupted = new AbortController()
  const file = order(exports.folder, exports.venues[0])
  // ROLLER's answer to the first attempt: it is sent again with a new token, which Nango takes its time for.
  exports.roller.faults.next({ path: /reporting\/bulk/, kind: 'status', status: 401, body: {} })
  exports.nango.faults.always({ path: /force_refresh=true/, kind: 'slow', delay: 2_000 })
  const running = exports.backfill(ARGS, { signal: interrupted.signal })
  while (!exports.nango.requests.some(({ url }) => url.includes('force_refresh=true'))) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  t.ok(existsSync(file))
  interrupted.abort(new Error('interrupted'))
  await t.rejects(running, { message: 'interrupted' })
  t.notOk(existsSync(file))
  exports.nango.faults.always(null)
  exports.calls()
  const result = await exports.backfill(ARGS)
  t.same(result.missing, [])
  t.ok(statesOf(result).includes('received'))
  t.equal(exports.calls().filter(isOrder).length, 1)
})

test('an order that is too old, or has too few of the days, is not used', needsRedis, async (t) => {
  const exports = await openBulk(t)
  const file = order(exports.folder, exports.venues[0])
  const write = (fields: object): void => {
    const order = { version: 1, from: '2026-09-20', to: '2026-11-27', accepted: true, processId: 'none', rejected: false }
    writeFileSync(file, JSON.stringify({ ...order, ...fields }))
  }
  await exports.backfill(['--reports', 'bookingitems', '--from', '2026-11-26', '--to', '2026-11-27'])
  const hoursAgo = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString()
  write({ at: hoursAgo(121) })
  t.same((await exports.backfill(['--reports', 'bookingitems', '--from', '2026-10-20', '--to', '2026-11-25'])).missing, [])
  t.equal(exports.calls().filter(isOrder).length, 1)
  write({ at: hoursAgo(7), to: '2026-09-22' })
  t.same((await exports.backfill(['--reports', 'bookingitems', '--from', '2026-09-01', '--to', '2026-10-10'])).missing, [])
  t.equal(exports.calls().filter(isOrder).length, 1)
})

function order (folder: string, venue = ''): string { return join(folder, '.roller-export', `bulk=${venue},bookingitems.json`) }
