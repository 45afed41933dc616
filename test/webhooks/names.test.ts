/** The event of a delivery: typed for the six kinds, otherwise untyped. */
import { checkerOf } from '#plugin/operations/checker.js'
import { test } from '../support/tap.ts'
import { readMessage, rollerEvents } from '#plugin/webhooks/roller-events.js'
import { bookingOf, productId, TODAY } from '../sandbox/roller-fixture.ts'
import { build, CONNECTION_ID } from '../support/build.ts'
import { deliver, listener, message, reachable, SECRET } from './fixture.ts'

const read = (body: unknown) => readMessage(
  { connectionId: 'venue', body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }
)

test('names an event by kind and event type', async (t) => {
  const kinds = [
    ['Booking', 'Created', 'booking.created'], ['Booking', 'Updated', 'booking.updated'], ['Booking', 'Cancelled', 'booking.cancelled'],
    ['Redemption', 'Created', 'redemption.created'], ['Customer', 'Created', 'customer.created'],
    ['Customer', 'Updated', 'customer.updated'],
    ['BulkExport', 'Created', 'bulkExport.created'], ['SignedWaiver', 'Created', 'signedWaiver.created'],
    ['PaymentLink', 'Created', 'paymentLink.created'], ['PaymentLink', 'Updated', 'paymentLink.updated'],
    ['PaymentLink', 'Cancelled', 'paymentLink.cancelled'],
    // A kind that ROLLER may add.
    ['Membership', 'Paused', 'membership.paused'], ['Booking', 'Deleted', 'booking.deleted']
  ]
  for (const [type, eventType, name] of kinds) {
    const sent = message({ type, eventType, data: { any: 'thing' } })
    t.strictSame(
      read(sent),
      {
        name,
        id: sent.id,
        connectionId: 'venue',
        venueId: null,
        type,
        eventType,
        eventDate: sent.eventDate,
        sendDate: sent.sendDate,
        data: { any: 'thing' }
      }
    )
  }
})

test('keeps the content of an undocumented message', async (t) => {
  const bodies: unknown[] = [
    'no JSON', '', null, 7, [], {}, message({ id: undefined }), message({ id: 'two words' }), message({ id: 'x'.repeat(129) }),
    message({ type: 'a.b' }), message({ type: 7 }), message({ eventType: null }), message({ eventType: 'a.b' }),
    // Would collide with an event of the gateway.
    message({ type: 'Connection', eventType: 'Deleted' }), message({ type: 'connection' }),
    message({ type: 'Unknown', eventType: 'Message' }), message({ type: 'Usage', eventType: 'Warning' })
  ]
  for (const body of bodies) {
    const plain = typeof body === 'string' ? body : JSON.parse(JSON.stringify(body)) as unknown
    t.match(read(body), { name: 'unknown.message', id: /^[0-9a-f]{64}$/, venueId: null, type: null, data: plain }, JSON.stringify(body))
  }
  t.equal(new Set(bodies.map((body) => read(body).id)).size, bodies.length)
})

test('has no dates where ROLLER sends none', (t) => {
  t.match(read(message({ eventDate: 7, sendDate: {} })), { name: 'booking.created', eventDate: null, sendDate: null })
  t.end()
})

test('reads the venue from ROLLER\'s message, otherwise from the connection\'s tags', async (t) => {
  const { app, roller, nango } = await build(t, { options: { rollerWebhookSecrets: [SECRET] } })
  const received = listener(app)
  nango.addConnection({ connectionId: 'says-none', clientId: 'says-none', clientSecret: 's' })
  for (const data of [{ venueId: 3066 }, null]) {
    t.equal((await deliver(app, message({ data }), { connectionId: 'says-none' })).statusCode, 200)
  }
  t.strictSame(received.splice(0).map((event) => 'venueId' in event && event.venueId), ['3066', null])
  for (const data of [{ venueId: roller.venue('demo').id }, { venueId: '' }, [{ venueId: 1 }], 'text', null]) {
    t.equal((await deliver(app, message({ data }))).statusCode, 200)
  }
  const known = String(roller.venue('demo').id)
  t.strictSame(received.map((event) => 'venueId' in event && event.venueId), [known, known, known, known, known])
})

test('accepts the simulator\'s messages by its schemas', async (t) => {
  const { app, roller } = await reachable(t)
  await app.roller.webhooks.subscribe(CONNECTION_ID, {
    booking: {
      events: ['Created', 'Updated', 'Cancelled'],
      include: { externalId: true, tickets: true, membershipDetail: true, locations: true, customerFlags: true, payments: true }
    },
    redemption: { events: ['Created'] },
    customer: { events: ['Created', 'Updated'], include: { flags: true } },
    bulkExport: { events: ['Created'] },
    paymentLink: { events: ['Created'] }
  })
  const received = listener(app)
  const call = (name: string, input: object) => app.roller.request(
    name as never, { connectionId: CONNECTION_ID, ...input } as never
  ) as Promise<Record<string, unknown>>
  const { uniqueId } = await call('POST /bookings', { body: bookingOf(productId(roller, 'Jump Session 60 Minutes'), 2, {}, TODAY) })
  await call(
    'POST /bookings/{uniqueId}/payments/links',
    { params: { uniqueId }, body: { amount: 1, email: 'robin.marsh@example.com', phone: '0400000000' } }
  )
  const ticketId = roller.venue('demo').bookings.get(uniqueId as string)?.items[0]?.tickets[0]?.ticketId
  await call('POST /redemptions', { body: { tickets: [{ ticketId }] } })
  await call('POST /reporting/bulk', { body: { exportType: 'Payments', startDate: '2026-11-01', endDate: '2026-11-20' } })
  await roller.deliverDue()
  t.same(
    received.map(({ name }) => name).sort(),
    ['booking.created', 'bulkExport.created', 'customer.created', 'paymentLink.created', 'redemption.created']
  )
  // Documented as one object, but sent as a list, as by GET /bookings/{uniqueId}.
  for (const event of received) {
    if (!('data' in event)) continue
    const kind = event.name.split('.')[0] as keyof typeof rollerEvents // one of the above
    t.strictSame(
      [...checkerOf(rollerEvents[kind].data).errors(event.data)].map(({ path }) => path).filter((path) => path !== '/items'), [], event.name
    )
    t.equal(event.venueId, String(roller.venue('demo').id))
  }
})
