import { test } from '../support/tap.ts'
import { asConnected, asVerified } from '../support/build.ts'
import { start, venueIdOf, type Setup } from './fixture.ts'

const lists = ({ nango }: Setup): number => nango.requests.filter(
  ({ method, url }) => method === 'GET' && url.startsWith('/connections?')
).length

test('rejects no address, or two, with 400', async (t) => {
  const setup = await start(t, { webhooks: false })
  for (
    const headers of [{ 'roller-venue': '' }, { 'roller-venue': '1 2' }, { 'roller-venue': '../x' }, { 'roller-venue': 'x'.repeat(65) }]
  ) {
    const response = await setup.app.inject({ url: '/roller/venues/me', headers })
    t.match(response.json(), { status: 400, code: 'ROLLER_ERR_CONNECTION_REQUIRED' }, JSON.stringify(headers))
  }
  const both = await setup.app.inject({ url: '/roller/venues/me', headers: { 'roller-venue': '1', 'connection-id': 'demo-venue' } })
  t.match(both.json(), { status: 400, code: 'ROLLER_ERR_CONNECTION_AMBIGUOUS', title: /twice/ })
  t.equal(setup.roller.requests.length, 0)
})

test('searches a venue among the caller\'s own connections only', async (t) => {
  let now = Date.now()
  const setup = await start(t, {
    webhooks: false,
    nango: { now: () => now },
    options: {
      identify: ({ headers: { 'x-user': user } }) => user === 'listed'
        ? { connections: ['demo-venue'] }
        : { tags: { organization_id: String(user) } }
    }
  })
  const venueId = venueIdOf(setup, 'demo')
  now += 60_000
  const { tags, metadata } = asConnected(setup.roller, 'demo')
  setup.nango.addConnection(
    { connectionId: 'of-acme', clientId: 'demo', clientSecret: 's', tags: { ...tags, organization_id: 'acme' }, metadata }
  )
  const as = async (user: string) => await setup.app.inject(
    { url: '/roller/venues/me', headers: { 'roller-venue': venueId, 'x-user': user } }
  )
  t.equal((await as('demo')).statusCode, 200, 'not the newest one, which is another caller\'s')
  t.equal((await as('listed')).statusCode, 200, 'nor one that is not in its list')
  t.equal((await as('acme')).statusCode, 200)
  t.match((await as('stranger')).json(), { status: 404, code: 'ROLLER_ERR_CONNECTION_UNKNOWN' })
})

test('prefers the option connection to Roller-Venue', async (t) => {
  const setup = await start(t, { webhooks: false, options: { connection: 'demo-venue' } })
  const response = await setup.app.inject({ url: '/roller/venues/me', headers: { 'roller-venue': '1' } })
  t.equal(response.json().id, setup.roller.venue('demo').id)
})

test('finds a venue among 10,000 connections with one read, cached with none, and lists all of them', async (t) => {
  const setup = await start(t, { webhooks: false })
  for (let index = 0; index < 10_000; index++) {
    const { tags, metadata } = asVerified(
      { id: `v${index}`, environment: 'live', name: null, timeZone: null, currency: null, locale: null }
    )
    setup.nango.addConnection(
      { connectionId: `c${index}`, clientId: 'demo', clientSecret: 's', tags: { organization_id: 'many', ...tags }, metadata }
    )
  }
  const call = async (venueId: string) => await setup.app.inject({ url: '/roller/venues/me', headers: { 'roller-venue': venueId } })
  const before = lists(setup)
  t.equal((await call('v7777')).statusCode, 200)
  t.equal(lists(setup) - before, 1, 'the look finds the connection, and what is to be known of it')
  for (let calls = 0; calls < 20; calls++) t.equal((await call('v7777')).statusCode, 200)
  t.equal(lists(setup) - before, 1)
  await Promise.all(Array.from({ length: 50 }, async () => { await call('v123') }))
  t.equal(lists(setup) - before, 2, 'those who ask at once look once')

  const seen = new Set<string>()
  let page: number | null = 0
  while (page !== null) {
    const response: { connections: { connectionId: string }[], nextPage: number | null } = (
      await setup.app.inject({ url: `/connections?tags[organization_id]=many&limit=1000&page=${page}` })
    ).json()
    for (const { connectionId } of response.connections) seen.add(connectionId)
    page = response.nextPage
  }
  t.equal(seen.size, 10_000)
})
