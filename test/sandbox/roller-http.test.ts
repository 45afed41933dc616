import { test } from '../support/tap.ts'
import { start } from './roller-fixture.ts'

test('rejects unknown and unreadable requests in JSON', async (t) => {
  const { call } = await start(t)
  t.match(await call('GET', '/nowhere'), { status: 404, body: { message: String } })
  t.equal((await call('PATCH', '/venues/me')).status, 405)
  t.equal((await call('POST', '/bookings', {}, { 'content-type': 'text/plain' })).status, 415)
  t.match(
    await call('POST', '/bookings', { customer: {}, items: [{}] }),
    { status: 400, body: { message: /externalId.*customer\.email.*items\[0\]\.productId/ } }
  )
  t.equal((await call('POST', '/bookings', [])).status, 400)
})

test('records requests as received', async (t) => {
  const { roller, call } = await start(t)
  await call('PUT', '/netsuite-settings?a=%7Bb%7D', { locationId: 'L1' }, { 'x-test': 'yes' })
  const last = roller.requests.at(-1)
  t.match(last, { method: 'PUT', url: '/netsuite-settings?a=%7Bb%7D', clientId: 'demo', headers: { 'x-test': 'yes' } })
  t.equal(last?.body.toString(), '{"locationId":"L1"}')
  t.same((await call('GET', '/netsuite-settings')).body, { locationId: 'L1', exportId: '' })
})
