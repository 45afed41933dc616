import { test } from '../support/tap.ts'
import { bookingOf, productId, start, TODAY } from './roller-fixture.ts'

test('redeems a ticket once', async (t) => {
  const { roller, call } = await start(t)
  const made = await call('POST', '/bookings', bookingOf(productId(roller, 'Jump Session 60 Minutes'), 2, {}, TODAY))
  const tickets = roller.venue('demo').bookings.get(made.body['uniqueId'] as string)?.items[0]?.tickets.map(
    ({ ticketId }) => ({ ticketId })
  ) ?? []
  t.equal(tickets.length, 2)
  t.equal((await call('POST', '/redemptions', { tickets })).status, 200)
  const again = await call('POST', '/redemptions', { tickets: tickets.slice(0, 1) })
  t.match(
    again,
    { status: 409, body: { errors: [{ name: 'InvalidRedemption', message: 'Ticket usage exhausted', ticketId: tickets[0]?.ticketId }] } }
  )
})

test('redeems all tickets of a call or none', async (t) => {
  const { roller, call } = await start(t)
  const made = await call('POST', '/bookings', bookingOf(productId(roller, 'Jump Session 60 Minutes'), 1, {}, TODAY))
  const ticket = roller.venue('demo').bookings.get(made.body['uniqueId'] as string)?.items[0]?.tickets[0]
  const ticketId = ticket?.ticketId
  t.match(
    await call('POST', '/redemptions', { tickets: [{ ticketId }, { ticketId: 'none' }] }),
    { status: 409, body: { errors: [{ message: 'Ticket does not exist' }] } }
  )
  t.same(ticket?.redeemedAt, [])
  t.equal((await call('POST', '/redemptions', { tickets: [{ ticketId }, { ticketId }] })).status, 409)
  t.equal(
    (await call('POST', '/redemptions', { tickets: Array.from({ length: 11 }, (_, index) => ({ ticketId: String(index) })) })).status, 400
  )
})

test('accepts a ticket on its day only, and a ten visit pass ten times', async (t) => {
  const { roller, call } = await start(t)
  const later = await call('POST', '/bookings', bookingOf(productId(roller, 'Jump Session 60 Minutes'), 1))
  const ticketOf = (id: unknown) => roller.venue('demo').bookings.get(id as string)?.items[0]?.tickets[0]?.ticketId
  t.match(
    (await call('POST', '/redemptions', { tickets: [{ ticketId: ticketOf(later.body['uniqueId']) }] })).body,
    { errors: [{ message: 'Ticket is not valid for this date' }] }
  )
  const pass = productId(roller, 'Ten Visit Pass')
  const made = await call('POST', '/bookings', bookingOf(pass, 1, {}, TODAY))
  const ticketId = ticketOf(made.body['uniqueId'])
  for (let visit = 0; visit < 10; visit++) t.equal((await call('POST', '/redemptions', { tickets: [{ ticketId }] })).status, 200)
  t.equal((await call('POST', '/redemptions', { tickets: [{ ticketId }] })).status, 409)
  const holder = roller.venue('demo').bookings.get(made.body['uniqueId'] as string)?.customerId
  t.match(
    (await call('GET', `/customers/${String(holder)}/multi-passes`)).body,
    [{ ProductId: pass, UsesTotal: 10, UsesRemaining: 0, IsExhausted: true }]
  )
})
