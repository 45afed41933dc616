import { test } from '../support/tap.ts'
import { bookingOf, customer, MINUTE, placesLeft, productId, start, TOMORROW, type Send } from './roller-fixture.ts'

async function giftCard (call: Send, product: number, value: number): Promise<string> {
  const order = { externalId: `cards-${value}`, productId: product, bookingOwner: customer, giftCards: [{ value }] }
  const { body } = await call('POST', '/giftcards', order)
  return String((body['giftCardNumbers'] as string[])[0])
}

test('gives the capacity of a draft to the booking that names its reservation', async (t) => {
  const { roller, clock, call } = await start(t)
  const jumper = productId(roller, 'Jump Session 60 Minutes')
  const all = await placesLeft(call, jumper)
  const { body: { capacityReservationId } } = await call('POST', '/bookings/draft', bookingOf(jumper, all))
  t.equal(await placesLeft(call, jumper), 0)
  t.equal((await call('POST', '/bookings', bookingOf(jumper, all))).status, 409)
  t.equal((await call('POST', '/bookings', bookingOf(jumper, all, { capacityReservationId }))).status, 201)

  const cancelled = await call('POST', '/bookings/draft', bookingOf(jumper, 1, {}, '2026-11-27'))
  const before = await placesLeft(call, jumper, '2026-11-27')
  t.equal((await call('DELETE', `/capacity-reservation/${String(cancelled.body['capacityReservationId'])}`)).status, 200)
  t.equal(await placesLeft(call, jumper, '2026-11-27'), before + 1)
  await call('POST', '/bookings/draft', bookingOf(jumper, 1, {}, '2026-11-27'))
  clock.forward(10 * MINUTE)
  t.equal(await placesLeft(call, jumper, '2026-11-27'), before + 1, 'a draft expires')
})

test('charges gift cards when a draft is published', async (t) => {
  const { roller, call } = await start(t)
  const card = await giftCard(call, productId(roller, 'Gift Card', 1), 50)
  const balance = async () => (await call('POST', '/giftcards/balance', { giftCardNumber: card })).body['balance']
  const socks = productId(roller, 'Grip Socks')
  const draft = async (externalId: string, quantity: number) => (await call('POST', '/bookings/draft', {
    externalId, customer, items: [{ productId: socks, quantity, bookingDate: TOMORROW }], giftCards: [{ giftCardNumber: card }]
  })).body
  const [first, second] = [await draft('first', 8), await draft('second', 6)]
  t.match(first, { costs: { amountOwing: 0 }, giftCards: [{ giftCardNumber: card, amountDeducted: 36 }] })
  t.equal(await balance(), 50)

  const publish = async ({ uniqueId }: Record<string, unknown>) => (await call('POST', '/bookings/draft/publish', { uniqueId })).status
  t.equal(await publish(first), 200)
  t.equal(await balance(), 14)
  t.equal((await call('GET', `/bookings/${String(first['uniqueId'])}`)).body['status'], 'Paid')
  t.equal(await publish(second), 409, 'the balance is used')
  t.equal(await balance(), 14)
})
