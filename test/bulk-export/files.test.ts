/** From the order to the files, against the simulator: months out of order and repeated, and some without records. */
import { test } from '../support/tap.ts'
import { CONNECTION_ID, holdsNoSecret } from '../support/build.ts'
import { reachable } from '../webhooks/fixture.ts'
import { gather, month, ORDER, until } from './fixture.ts'

async function open (t: Parameters<typeof reachable>[0], options = {}) {
  const built = await reachable(t, { options: { rollerBaseUrl: 'http://127.0.0.1', ...options } })
  await built.app.roller.webhooks.subscribe(CONNECTION_ID)
  return { ...built, orders: () => built.roller.requests.filter(({ url }) => url === '/reporting/bulk') }
}

test('yields every file of every month once, whatever the order and the repeats', async (t) => {
  const { app, roller, nango, orders, log } = await open(t)
  const { found, ended } = gather(app.roller.bulkExport({ ...ORDER, offset: true }))
  await until(() => orders().length === 1)
  t.equal(await roller.deliverDue(), 4, 'three months, one of them twice')
  t.equal(await ended, null)
  t.strictSame(found.map(({ sequenceNumber }) => sequenceNumber).sort(), [1, 2, 3])
  for (const { sequenceNumber, text, ...file } of found) {
    const name = `${sequenceNumber}-1-BookingItems-2026-${String(sequenceNumber + 8).padStart(2, '0')}-1.json`
    t.match(file, { exportType: 'BookingItems', processId: String, sequenceTotal: 3, fileNumber: 1, name })
    t.ok(Array.isArray(JSON.parse(text)))
  }
  t.ok(found.some(({ text }) => text.length > 2), 'there are records in them')
  const [order] = orders()
  t.equal(order?.headers['timezone-designators'], 'Offset')
  t.strictSame(JSON.parse(String(order?.body)), { exportType: 'BookingItems', startDate: '2026-09-15', endDate: '2026-12-01' })
  const fetched = roller.requests.filter(({ url }) => url.startsWith('/files/'))
  t.equal(fetched.length, 3)
  for (const { headers } of fetched) {
    t.strictSame(
      [headers.authorization, headers['connection-id'], headers['provider-config-key']], [undefined, undefined, undefined],
      'no credential is sent'
    )
  }
  t.notMatch(log(), '/files/', 'links open files, and are not logged')
  holdsNoSecret(t, log(), { nango })
})

test('yields files as they arrive, and fetches them when they are read', async (t) => {
  const { app, roller, orders } = await open(t)
  const files = app.roller.bulkExport(ORDER)
  const first = files.next()
  await until(() => orders().length === 1)
  const url = `${roller.url}/sandbox-file`
  t.equal((await month(app, 2, [`${url}/a-1.json?signed`, `${url}/a-2.json`])).statusCode, 200)
  t.match((await first).value, { sequenceNumber: 2, fileNumber: 1, name: '2-1-a-1.json' })
  t.match((await files.next()).value, { sequenceNumber: 2, fileNumber: 2, name: '2-2-a-2.json' })
  t.notOk(roller.requests.some((request) => request.url.startsWith('/sandbox-file')), 'nothing has read them')
  await month(app, 1, [])
  await month(app, 3, [])
  t.strictSame(await files.next(), { value: undefined, done: true }, 'months without records have no files')
})

test('ignores another process of the same type', async (t) => {
  const { app, orders } = await open(t)
  const { found, ended } = gather(app.roller.bulkExport(ORDER))
  await until(() => orders().length === 1)
  await month(app, 3, [])
  await month(app, 1, ['https://files.example.com/other.json'], { processId: 'another' })
  await month(app, 1, ['https://files.example.com/tickets.json'], { exportType: 'Tickets' })
  await month(app, 2, [])
  await month(app, 1, [])
  t.equal(await ended, null)
  t.strictSame(found, [])
})

test('rejects an export that cannot be delivered before it is ordered', async (t) => {
  const { app, roller, orders } = await open(t)
  await t.rejects(
    app.roller.bulkExport({ ...ORDER, maxUnits: 2 }).next(), { code: 'ROLLER_ERR_VALIDATION', errors: [{ pointer: '/maxUnits' }] }
  )
  await t.rejects(app.roller.bulkExport({ ...ORDER, maxUnits: NaN }).next(), { code: 'ROLLER_ERR_VALIDATION' }, 'a variable not set')
  const [webhook] = roller.venue('demo').webhooks.values()
  const unreported = { code: 'ROLLER_ERR_NOT_SUBSCRIBED', hint: /POST \/connections\/{id}\/webhooks/ }
  if (webhook !== undefined) webhook.disabled = true
  await t.rejects(app.roller.bulkExport(ORDER).next(), unreported, 'disabled')
  await app.roller.webhooks.subscribe(CONNECTION_ID, { booking: { events: ['Created'] } })
  await t.rejects(app.roller.bulkExport(ORDER).next(), unreported, 'not for exports')
  await app.roller.webhooks.remove(CONNECTION_ID)
  await t.rejects(app.roller.bulkExport(ORDER).next(), unreported, 'not at all')
  t.strictSame(orders(), [])
})

test('allows one order in 6 hours, and yields the files of the previous one', async (t) => {
  const { app, roller, orders } = await open(t)
  const first = gather(app.roller.bulkExport(ORDER))
  await until(() => orders().length === 1)
  await roller.deliverDue()
  t.equal(await first.ended, null)
  const second = app.roller.bulkExport({ ...ORDER, maxWait: 3_600_000 })
  await t.rejects(second.next(), { code: 'ROLLER_ERR_RATE_LIMITED' })
  t.equal(orders().length, 1)
  const again = gather(app.roller.bulkExport({ ...ORDER, resume: true }))
  t.equal(await again.ended, null)
  t.strictSame(again.found, first.found, 'a rejected order has not hidden them')
})

test('lists what is missing after the deadline, and continues with resume: true', async (t) => {
  const { app, clock, orders } = await open(t)
  const { ended } = gather(app.roller.bulkExport({ ...ORDER, deadline: 90_000 }))
  await until(() => clock.waits.includes(90_000))
  await month(app, 2, [])
  clock.advance(90_000)
  t.match(
    await ended,
    {
      code: 'ROLLER_ERR_TIMEOUT',
      layer: 'roller',
      detail: /of 3 parts these are missing: 1, 3 \(process EbqmlvPZW0mA-ZVgfGrgGg\)/,
      hint: /resume: true/
    }
  )

  const resumed = gather(app.roller.bulkExport({ ...ORDER, resume: true }))
  await month(app, 1, [])
  await month(app, 3, [])
  t.equal(await resumed.ended, null)
  t.equal(orders().length, 1)
})

test('times out after 6 hours by default', async (t) => {
  const { app, clock } = await open(t)
  const { ended } = gather(app.roller.bulkExport(ORDER))
  let over = false
  ended.then(() => { over = true }).catch(() => {})
  await until(() => clock.waits.includes(6 * 3_600_000))
  clock.advance(6 * 3_600_000 - 1)
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.notOk(over)
  clock.advance(1)
  t.match(await ended, { code: 'ROLLER_ERR_TIMEOUT', detail: /ROLLER has reported none of its files/ })
})

test('ends the wait when the app closes', async (t) => {
  const { app, clock } = await open(t)
  const { ended } = gather(app.roller.bulkExport(ORDER))
  await until(() => clock.waits.includes(6 * 3_600_000))
  await app.close()
  t.match(await ended, { code: 'ROLLER_ERR_CLOSING', hint: /resume: true/ })
  t.notOk(clock.waits.includes(6 * 3_600_000))
})

test('ends when the caller stops iterating', async (t) => {
  const { app, orders, clock } = await open(t)
  const controller = new AbortController()
  const { ended } = gather(app.roller.bulkExport({ ...ORDER, signal: controller.signal }))
  await until(() => orders().length === 1)
  await month(app, 2, [])
  controller.abort(new Error('enough'))
  t.match(await ended, { message: 'enough' })
  t.equal(clock.waiting, 0, 'and nothing waits any more')
})

test('an order waits for the 6 hours of the one before', async (t) => {
  const { app, roller, orders, pass } = await open(t)
  const first = gather(app.roller.bulkExport(ORDER))
  await until(() => orders().length === 1)
  await roller.deliverDue()
  t.equal(await first.ended, null)
  const waits: object[] = []
  const second = gather(app.roller.bulkExport({ ...ORDER, onWait: (wait) => { waits.push(wait) } }))
  await until(() => waits.length === 1)
  t.match(waits, [{ rateLimit: 'bulk', ms: Number }])
  pass(6 * 3_600_000 + 1_000)
  await until(() => orders().length === 2)
  await roller.deliverDue()
  t.equal(await second.ended, null)
  t.equal(second.found.length, first.found.length)
  t.not(second.found[0]?.processId, first.found[0]?.processId)
})
