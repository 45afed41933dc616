/** Surprising behavior of ROLLER, including that since August 2026, in the simulator. */
import { test } from '../support/tap.ts'
import { bookingOf, connect, customer, productId, start, TODAY, TOMORROW, type Json } from './roller-fixture.ts'

test('overwrites the guest\'s name and phone on a booking for a known email address', async (t) => {
  const { roller, call } = await start(t)
  const jump = productId(roller, 'Jump Session 60 Minutes')
  const book = async (more: Json): Promise<string> => String((await call('POST', '/bookings', bookingOf(jump, 1, more))).body['uniqueId'])
  const first = await book({ externalId: 'a' })
  await book(
    {
      externalId: 'b',
      customer: { ...customer, email: customer.email.toUpperCase(), firstName: 'Another', lastName: 'Guest', phone: '0499999999' }
    }
  )
  const { customerId } = (await call('GET', `/bookings/${first}`)).body
  t.match((await call('GET', `/guests/${String(customerId)}`)).body, { firstName: 'Another', lastName: 'Guest', phone: '0499999999' })
})

test('books a refund as a negative payment, reports PartiallyPaid, and does not find cancelled bookings', async (t) => {
  const { roller, call } = await start(t)
  const jump = productId(roller, 'Jump Session 60 Minutes')
  const { uniqueId } = (
    await call('POST', '/bookings', bookingOf(jump, 1, { payments: [{ id: 'p', paymentType: 'Cash', amount: 2 }] }))
  ).body
  const read = async (): Promise<Json> => (await call('GET', `/bookings/${String(uniqueId)}`)).body
  t.equal((await read())['status'], 'PartiallyPaid')
  const found = async (): Promise<unknown[]> => (
    (await call('GET', '/bookings?keywords=Robin')).body['bookings'] as Json[]
  ).filter((one) => one['uniqueId'] === uniqueId)
  t.match(await found(), [{ status: 'PaidPart' }])
  await call('POST', `/bookings/${String(uniqueId)}/cancel`, { issueRefund: true, refundType: 'Cash' })
  const cancelled = await read()
  t.equal(cancelled['status'], 'Cancelled')
  t.same((cancelled['payments'] as Json[]).map((payment) => payment['total']), [2, -2])
  t.same(await found(), [])
})

test('accepts a time in report filters, venue-local or with an offset', async (t) => {
  const { call } = await start(t, { limits: 'off' })
  const count = async (from: string, to: string): Promise<unknown> => {
    const { status, body } = await call('GET', `/data/bookingitems?startDate=${encodeURIComponent(from)}&endDate=${encodeURIComponent(to)}`)
    return status === 200 ? body['totalItems'] : status
  }
  for (const [day, next] of [['2026-11-10', '2026-11-11'], ['2026-11-14', '2026-11-15']] as const) {
    const whole = await count(day, next) as number
    t.equal(await count(`${day}T00:00:00`, `${next}T00:00:00`), whole)
    t.equal(await count(`${day}T00:00:00+10:00`, `${next}T00:00:00+10:00`), whole, 'Brisbane')
    t.equal(await count(day, `${day}T12:00:00`) as number + (await count(`${day}T12:00:00`, next) as number), whole)
  }
  t.equal(await count('2026-11-10T10:00:00', '2026-11-11T10:00:01'), 400)
  t.equal(await count('2026-11-10T10:00:00', '2026-11-10T09:00:00'), 400)
  t.equal(await count('2026-11-10T10', '2026-11-11'), 400)
})

test('exports the audit log, with a byte order mark before the JSON', async (t) => {
  const { roller, call } = await start(t)
  t.equal((await call('POST', '/reporting/bulk', { exportType: 'AuditLog', startDate: TODAY, endDate: TOMORROW })).status, 200)
  t.ok([...roller.files.keys()].some((path) => path.includes('AuditLog')))
  const body = `\uFEFF${JSON.stringify({ client_id: 'demo', client_secret: 'secret' })}`
  const token = await fetch(
    `${roller.url}/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: Buffer.from(body) }
  )
  t.equal(token.status, 200)
  t.ok(await connect(roller))
})
