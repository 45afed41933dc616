import { test } from '../support/tap.ts'
import { bookingOf, productId, start } from './roller-fixture.ts'

test('returns a given status, once or until it is cleared', async (t) => {
  const { roller, call } = await start(t)
  roller.faults.next({ kind: 'status', status: 503, headers: { 'content-type': 'text/html' }, body: '<h1>Down</h1>' })
  t.match(await call('GET', '/venues/me'), { status: 503, text: '<h1>Down</h1>' })
  t.equal((await call('GET', '/venues/me')).status, 200)
  roller.faults.always({ kind: 'status', status: 500, body: { message: 'no' }, path: /^\/products/, method: 'GET' })
  t.match(await call('GET', '/products?productType=Pass'), { status: 500, body: { message: 'no' } })
  t.equal((await call('GET', '/venues/me')).status, 200)
  t.equal((await call('GET', '/products')).status, 500)
  roller.faults.always(null)
  t.equal((await call('GET', '/products')).status, 200)
})

test('breaks the connection before, during and after the operation', async (t) => {
  const { roller, call } = await start(t)
  const product = productId(roller, 'All Day Pass')
  const book = async (externalId: string) => await call('POST', '/bookings', bookingOf(product, 1, { externalId }))
  const made = (externalId: string) => [...roller.venue('demo').bookings.values()].some((booking) => booking.externalId === externalId)
  roller.faults.next({ kind: 'reset' })
  await t.rejects(book('before'))
  t.notOk(made('before'))
  roller.faults.next({ kind: 'reset-after-work' })
  await t.rejects(book('after'))
  t.ok(made('after'), 'the caller cannot know')
  for (const kind of ['reset-after-headers', 'cut', 'garbage'] as const) {
    roller.faults.next({ kind })
    await t.rejects(call('GET', '/products'), kind)
  }
})

test('delays, trickles and inflates responses', async (t) => {
  const { roller, call } = await start(t)
  roller.faults.next({ kind: 'slow', ms: 5 })
  t.equal((await call('GET', '/venues/me')).status, 200)
  roller.faults.next({ kind: 'trickle', ms: 0 })
  t.match(await call('POST', '/giftcards/balance', {}), { status: 409, body: { errors: [{ name: 'GiftCardNumber' }] } })
  roller.faults.next({ kind: 'huge', bytes: 500_000, chunked: true })
  const huge = await call('GET', '/venues/me')
  t.equal(huge.headers['transfer-encoding'], 'chunked')
  roller.faults.next({ kind: 'huge', bytes: 500_000 })
  t.equal((await call('GET', '/venues/me')).headers['content-length'], '500000')
})

test('closes despite a hanging call', async (t) => {
  const { roller, call } = await start(t)
  roller.faults.next({ kind: 'hang' })
  const hanging = t.rejects(call('GET', '/venues/me'))
  while (roller.requests.at(-1)?.url !== '/venues/me') await new Promise(setImmediate)
  await roller.close()
  await hanging
})
