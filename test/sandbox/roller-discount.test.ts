import { test } from '../support/tap.ts'
import { bookingOf, productId, start } from './roller-fixture.ts'

test('creates, uses, limits and archives a discount and its codes', async (t) => {
  const { roller, call } = await start(t)
  const jumper = productId(roller, 'Jump Session 60 Minutes')
  const made = await call(
    'POST',
    '/discounts',
    { name: 'Opening Week', percentOff: 50, amountOff: null, productIds: [String(jumper)], usageLimit: 1, usageLimitType: 'PerCode' }
  )
  const path = `/discounts/${made.body['discountId'] as number}`
  t.equal((await call('POST', `${path}/codes`, { codes: ['HALF1', 'HALF2'] })).status, 200)
  t.equal((await call('POST', `${path}/codes`, { codes: ['half1'] })).status, 409)
  const validate = async (code: string) => await call(
    'POST', '/discounts/validate', { items: [{ productId: String(jumper), quantity: 2, discounts: [{ code }] }] }
  )
  t.match((await validate('HALF1')).body, { discounts: [{ code: 'HALF1', discount: 22 }], bookingCosts: { total: 22, discount: 22 } })
  t.match((await validate('NOPE')).body, { discounts: [{ code: 'NOPE', discount: 0, validationMessage: String }] })

  await call('POST', '/bookings', bookingOf(jumper, 2, { discounts: [{ code: 'HALF1' }] }))
  t.match((await validate('HALF1')).body, { discounts: [{ discount: 0, validationMessage: /limit/ }] })
  t.equal((await call('DELETE', `${path}/codes`, { codes: ['HALF2'] })).status, 200)
  t.match((await validate('HALF2')).body, { discounts: [{ discount: 0 }] })
  t.equal((await call('PUT', path, { name: 'Opening Week', percentOff: 50, status: 'Archived' })).status, 200)
  t.match((await call('GET', path)).body, { status: 'Archived', name: 'Opening Week' })
  t.equal((await call('GET', '/discounts/1')).status, 404)
  t.equal((await call('POST', '/discounts', { name: 'Both', percentOff: 1, amountOff: 1 })).status, 400)
})
