/** A call that needs the venue while new tags are written waits for them, and takes no verification for new credentials. */
import { test } from '../support/tap.ts'
import { VENUE } from '../support/build.ts'
import { start, until } from './fixture.ts'

test('changes tags without an event beside a call', async (t) => {
  const { app, roller, names } = await start(t, { webhooks: false })
  roller.faults.next({ path: /venues\/me/, kind: 'slow', ms: 300 })
  const changing = app.inject({ method: 'PATCH', url: '/connections/demo-venue', payload: { tags: { region: 'north' } } })
  await until(() => roller.requests.some(({ url }) => url === '/venues/me'))
  t.equal((await app.inject({ url: '/roller/products', headers: VENUE })).statusCode, 200)
  t.equal((await changing).statusCode, 200)
  await app.close() // waits for events
  t.same(names(), [])
})
