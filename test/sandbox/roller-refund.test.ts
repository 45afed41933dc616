import { test } from '../support/tap.ts'
import { bookingOf, productId, start } from './roller-fixture.ts'

test('limits refunds to the paid amount, and refunds all of it on a cancellation', async (t) => {
  const { roller, call } = await start(t)
  const made = await call('POST', '/bookings', bookingOf(productId(roller, 'Jump Session 60 Minutes'), 2, {
    payments: [{ id: 'tx-1', paymentType: 'CreditCard', amount: 44 }]
  }))
  const path = `/bookings/${made.body['uniqueId'] as string}`
  const pay = async (id: string, amount: number) => await call('POST', `${path}/payments`, { id, paymentType: 'CreditCard', amount })
  t.equal((await call('GET', path)).body['status'], 'Paid')
  t.equal((await pay('back-1', -50)).status, 409)
  t.equal((await pay('back-2', -10)).status, 200)
  t.match((await call('GET', path)).body, { status: 'PartiallyPaid', remainder: 10 })
  t.equal((await call('POST', `${path}/cancel`, { issueRefund: true })).status, 400, 'the way of the refund is missing')
  t.equal((await call('POST', `${path}/cancel`, { issueRefund: true, refundType: 'CreditCard' })).status, 200)
  const booking = roller.venue('demo').bookings.get(made.body['uniqueId'] as string)
  t.equal(booking?.state, 'Cancelled')
  t.equal(booking?.payments.reduce((sum, payment) => sum + payment.total, 0), 0)
  t.equal((await call('POST', `${path}/cancel`, { issueRefund: false })).status, 403)
})

test('supports tips and payment links', async (t) => {
  const { roller, call } = await start(t)
  const made = await call('POST', '/bookings', bookingOf(productId(roller, 'Jump Session 60 Minutes'), 2))
  const path = `/bookings/${made.body['uniqueId'] as string}/payments`
  t.equal((await call('POST', `${path}/tips`, { id: 'tip-0', paymentType: 'Cash', amount: 0 })).status, 400)
  t.equal((await call('POST', `${path}/tips`, { id: 'tip-1', paymentType: 'Giftcard', amount: 5 })).status, 400)
  t.match(await call('POST', `${path}/tips`, { id: 'tip-2', paymentType: 'Cash', amount: 5 }), { status: 201, body: { uniqueId: String } })
  t.equal((await call('POST', `${path}/links`, { amount: 500, email: 'a@example.com' })).status, 409)
  t.equal((await call('POST', `${path}/links`, { amount: 10 })).status, 400)
  const link = await call('POST', `${path}/links`, { amount: 44, email: 'a@example.com' })
  t.match(link, { status: 200, body: { id: String, url: new RegExp(`^${roller.url}/pay/`) } })
  t.equal((await call('DELETE', `${path}/links/${link.body['id'] as string}`)).status, 200)
  t.equal((await call('DELETE', `${path}/links/1`)).status, 404)
})

test('rejects the cancellation of bookings that the API did not create', async (t) => {
  const { roller, call } = await start(t)
  const seeded = [...roller.venue('demo').bookings.keys()].at(-1) ?? ''
  t.equal((await call('POST', `/bookings/${seeded}/cancel`, { issueRefund: false })).status, 403)
})
