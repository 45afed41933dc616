/** ROLLER counts by credential, however many connections use it. */
import { test, type Test } from '../support/tap.ts'
import { asConnected, callsAtRoller } from '../support/build.ts'
import { start } from '../venues/fixture.ts'

const limits = { rest: { limit: 4, windowMs: 60_000 }, margin: 0, maxWait: 0 }

async function twice (t: Pick<Test, 'teardown'>, clientId: string, nango: object = {}) {
  const setup = await start(t, { webhooks: false, nango, options: { rateLimits: limits } })
  for (const connectionId of ['one', 'two']) {
    setup.nango.addConnection({ connectionId, clientId: connectionId === 'one' ? 'park' : clientId, clientSecret: 's' })
  }
  return { setup, call: async (id: string) => await setup.app.inject({ url: '/roller/products', headers: { 'connection-id': id } }) }
}

test('shares one limit between two connections of one Client ID', async (t) => {
  const { setup, call } = await twice(t, 'park')
  t.equal((await call('one')).statusCode, 200)
  t.equal((await call('two')).statusCode, 200)
  const { rateLimits } = (await setup.app.inject({ url: '/connections/one/rate-limits' })).json()
  t.same(rateLimits[0].remaining, 0, 'both requested their venue, and made one call')
  t.equal((await call('one')).json().code, 'ROLLER_ERR_RATE_LIMITED')
  t.equal((await call('two')).json().code, 'ROLLER_ERR_RATE_LIMITED')
})

test('blocks both connections after a 429 for one of them', async (t) => {
  const { setup, call } = await twice(t, 'park')
  await call('two')
  setup.roller.faults.next({ path: /products/, kind: 'status', status: 429, headers: { 'retry-after': '60' } })
  t.equal((await call('one')).statusCode, 429)
  const sent = callsAtRoller(setup).length
  t.equal((await call('two')).json().code, 'ROLLER_ERR_COOLING_OFF')
  t.equal(callsAtRoller(setup).length, sent)
  const { connections } = (await setup.app.inject({ url: '/connections' })).json()
  t.same(connections.filter(({ status }: { status: string }) => status === 'cooling-off').length, 2)
})

test('separates the limits of two Client IDs', async (t) => {
  const { call } = await twice(t, 'other-park')
  for (const id of ['one', 'one', 'two', 'two']) t.equal((await call(id)).statusCode, 200)
})

test('shares the venue\'s limit if the key may not read credentials', async (t) => {
  const scopes = ['environment:proxy', 'environment:connections:list', 'environment:connections:read', 'environment:connections:update']
  const { setup, call } = await twice(t, 'park', { scopes })
  const { tags, metadata } = asConnected(setup.roller, 'park')
  for (const connectionId of ['three', 'four']) {
    setup.nango.addConnection({ connectionId, clientId: 'park', clientSecret: 's', tags, metadata })
  }
  for (const id of ['three', 'four', 'three', 'four']) t.equal((await call(id)).statusCode, 200)
  t.equal((await call('three')).json().code, 'ROLLER_ERR_RATE_LIMITED')
})
