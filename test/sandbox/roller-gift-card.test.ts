import { test } from '../support/tap.ts'
import { bookingOf, customer, productId, START, start } from './roller-fixture.ts'

test('issues a gift card once for each external id, and supports spending and refunds', async (t) => {
  const { roller, call } = await start(t)
  const order = {
    externalId: 'cards-1',
    productId: productId(roller, 'Gift Card', 1),
    bookingOwner: customer,
    giftCards: [{ value: 60 }, { value: 25, giftCardNumber: 'PROMO-0001' }]
  }
  const made = await call('POST', '/giftcards', order)
  t.match(made, { status: 200, body: { giftCardNumbers: [/^\d+$/, 'PROMO-0001'] } })
  t.match(await call('POST', '/giftcards', order), { status: 409, body: { errors: [{ name: 'ExternalId' }] } })
  t.match(
    await call('POST', '/giftcards', { ...order, externalId: 'cards-2' }), { status: 409, body: { errors: [{ name: 'GiftCardNumber' }] } }
  )
  const balance = async (giftCardNumber: string) => (await call('POST', '/giftcards/balance', { giftCardNumber })).body['balance']
  const [number = ''] = made.body['giftCardNumbers'] as unknown as string[]
  t.equal(await balance(number), 60)

  const booked = await call(
    'POST', '/bookings', bookingOf(productId(roller, 'Jump Session 60 Minutes'), 2, { giftCards: [{ giftCardNumber: number }] })
  )
  t.equal(await balance(number), 16)
  const path = `/bookings/${booked.body['uniqueId'] as string}`
  t.equal((await call('GET', path)).body['status'], 'Paid')
  const refund = { id: 'r-1', paymentType: 'Giftcard', amount: -10, giftcardNumber: number }
  t.equal((await call('POST', `${path}/payments`, refund)).status, 200)
  t.equal(await balance(number), 26)
  t.equal((await call('POST', `${path}/payments`, { ...refund, amount: 27 })).status, 409, 'more than the balance')
})

test('rejects an invalid request before any card is created', async (t) => {
  const { roller, call } = await start(t)
  const before = roller.venue('demo').giftCards.size
  const order = { externalId: 'cards-1', bookingOwner: customer }
  const [fixed, open] = [productId(roller, 'Gift Card'), productId(roller, 'Gift Card', 1)]
  t.equal((await call('POST', '/giftcards', { ...order, productId: fixed, giftCards: [{ value: 10 }] })).status, 400)
  t.equal((await call('POST', '/giftcards', { ...order, productId: open, giftCards: [{}] })).status, 400)
  t.equal((await call('POST', '/giftcards', { ...order, productId: productId(roller, 'Cafe'), giftCards: [{}] })).status, 409)
  t.equal((await call('POST', '/giftcards', { productId: fixed })).status, 400)
  const late = { name: 'Ann', email: 'ann@example.com', deliveryDateTime: new Date(START).toISOString() }
  t.equal((await call('POST', '/giftcards', { ...order, productId: fixed, giftCards: [{ recipient: late }] })).status, 400)
  t.equal((await call('POST', '/giftcards/balance', {})).status, 409)
  t.equal(roller.venue('demo').giftCards.size, before)
})
