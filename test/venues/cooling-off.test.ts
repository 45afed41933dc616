import { test } from '../support/tap.ts'
import { VENUE } from '../support/build.ts'
import { start } from './fixture.ts'

test('lists connections with a cooling-off, without reading credentials', async (t) => {
  const setup = await start(t, { webhooks: false })
  setup.nango.addConnection({ connectionId: 'other', clientId: 'other', clientSecret: 's' })
  setup.roller.faults.next({ path: /products/, kind: 'status', status: 429, headers: { 'retry-after': '60' } })
  t.equal((await setup.app.inject({ url: '/roller/products', headers: { ...VENUE, 'roller-max-wait': '0' } })).statusCode, 429)
  setup.nango.requests.length = 0
  const listed = (await setup.app.inject({ url: '/connections' })).json().connections
  t.same(
    Object.fromEntries(listed.map(({ connectionId, status }: Record<string, string>) => [connectionId, status])),
    { other: 'connected', 'demo-venue': 'cooling-off' }
  )
  t.equal((await setup.app.inject({ url: '/connections/demo-venue' })).json().status, 'cooling-off')
  t.same(setup.nango.requests.map(({ url }) => url.split('?')[0]), ['/connections', '/connections'])
})

test('reports rejected credentials before a cooling-off', async (t) => {
  const setup = await start(t, { webhooks: false })
  setup.roller.faults.next({ path: /products/, kind: 'status', status: 429, headers: { 'retry-after': '60' } })
  await setup.app.inject({ url: '/roller/products', headers: { ...VENUE, 'roller-max-wait': '0' } })
  const [connection] = setup.nango.connections
  if (connection !== undefined) connection.errors = [{ type: 'auth', log_id: 'a' }]
  t.equal((await setup.app.inject({ url: '/connections/demo-venue' })).json().status, 'reconnect-required')
})
