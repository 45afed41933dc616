/** With `identify`, a caller reaches the connections that carry the caller's tags and no others, whatever a browser writes. */
import { test } from '../support/tap.ts'
import type { Test } from 'tap'
import type { Identify } from 'fastify-roller'
import { build, callsAtRoller, type Built } from '../support/build.ts'

const identify: Identify = ({ headers }) =>
  typeof headers['x-tenant'] === 'string' ? { tags: { Organization_Id: headers['x-tenant'] } } : null

async function tenants (t: Test): Promise<Built> {
  const built = await build(t, { options: { identify } })
  for (const tenant of ['acme', 'other']) {
    built.nango.addConnection(
      { connectionId: `venue-of-${tenant}`, clientId: tenant, clientSecret: 's', tags: { organization_id: tenant, region: 'north' } }
    )
  }
  return built
}

const ACME = { 'x-tenant': 'acme' }

test('gives another\'s connection the response of one that does not exist', async (t) => {
  const built = await tenants(t)
  const attempts = (id: string) => [
    { method: 'GET', url: '/roller/venues/me', headers: { ...ACME, 'connection-id': id } },
    { method: 'GET', url: '/roller/sandbox/echo', headers: { ...ACME, 'connection-id': id } },
    { method: 'GET', url: `/connections/${id}`, headers: ACME },
    { method: 'GET', url: `/connections/${id}/check`, headers: ACME },
    { method: 'POST', url: '/connect-session/reconnect', headers: ACME, payload: { connectionId: id } },
    { method: 'PATCH', url: `/connections/${id}`, headers: ACME, payload: { metadata: { a: 1 } } },
    { method: 'DELETE', url: `/connections/${id}`, headers: ACME }
  ] as const
  const missing = attempts('there-is-no-such')
  for (const [index, attempt] of attempts('venue-of-other').entries()) {
    const [response, unknown] = [await built.app.inject(attempt), await built.app.inject(missing[index] ?? attempt)]
    t.equal(response.statusCode, 404, `${attempt.method} ${attempt.url}`)
    const { instance: _, ...problem } = response.json()
    t.match(unknown.json(), problem, 'and the two are indistinguishable')
  }
  t.same(callsAtRoller(built), [])
  t.match(built.nango.connections.find(({ connectionId }) => connectionId === 'venue-of-other'), { metadata: null })
  for (const attempt of attempts('venue-of-acme')) {
    t.ok((await built.app.inject(attempt)).statusCode < 300, `${attempt.method} ${attempt.url} for its owner`)
  }
})

test('reads a connection for the first call of its owner only', async (t) => {
  const { app, nango } = await tenants(t)
  for (let call = 0; call < 3; call++) {
    t.equal((await app.inject({ url: '/roller/venues/me', headers: { ...ACME, 'connection-id': 'venue-of-acme' } })).statusCode, 200)
  }
  t.equal(nango.requests.filter(({ url }) => url.startsWith('/connections')).length, 1)
})

test('lists only the caller\'s connections, whatever the filter', async (t) => {
  const { app } = await tenants(t)
  for (const query of [
    '', '?search=venue', '?tags[region]=north', '?tags[organization_id]=other', '?tags[ORGANIZATION_ID]=other',
    '?tags[organization_id]=acme&tags[ORGANIZATION_ID]=other', '?tags[ORGANIZATION_ID]=other&tags[organization_id]=acme',
    '?tags[Organization_Id]=other'
  ]) {
    const response = await app.inject({ url: `/connections${query}`, headers: ACME })
    t.same(response.json().connections.map(({ connectionId }: { connectionId: string }) => connectionId), ['venue-of-acme'], query)
  }
})

test('adds the caller\'s tags to sessions and connections, and rejects tags from a body', async (t) => {
  const { app, nango } = await tenants(t)
  await app.inject({ method: 'POST', url: '/connect-session', headers: ACME })
  t.same(JSON.parse(String(nango.requests.at(-1)?.body)).tags, { organization_id: 'acme' })
  const created = await app.inject({ method: 'POST', url: '/connections', headers: ACME, payload: { clientId: 'c', clientSecret: 's' } })
  t.same(created.json().tags, { organization_id: 'acme' })
  const before = nango.requests.length
  for (const [method, url, body] of [
    ['POST', '/connect-session', {}], ['POST', '/connections', { clientId: 'c', clientSecret: 's' }],
    ['PATCH', '/connections/venue-of-acme', {}],
    ['POST', '/connect-session/reconnect', { connectionId: 'venue-of-acme' }]
  ] as const) {
    const response = await app.inject({ method, url, headers: ACME, payload: { ...body, tags: { organization_id: 'other' } } })
    t.match(response.json(), { status: 400, code: 'ROLLER_ERR_VALIDATION', errors: [{ pointer: '/body/tags' }] }, `${method} ${url}`)
  }
  t.notOk(nango.requests.slice(before).some(({ method }) => method !== 'GET'), 'nothing was written')
})

test('responds 401 when identify returns null', async (t) => {
  const built = await tenants(t)
  for (
    const url of ['/connections', '/connect-session', '/connections/venue-of-acme', '/connections/venue-of-acme/check', '/roller/venues/me']
  ) {
    const response = await built.app.inject({ url, headers: { 'connection-id': 'venue-of-acme' } })
    t.match(response.json(), { status: 401, code: 'ROLLER_ERR_UNAUTHORIZED' }, url)
  }
  t.same(built.nango.requests, [])
})

test('grants nothing to an identity without tags, or with an empty tag', async (t) => {
  for (const tags of [{}, { organization_id: undefined }, { organization_id: '' }, { organization_id: 7 }]) {
    const built = await build(t, { options: { identify: () => ({ tags: tags as never }) } })
    built.nango.addConnection({ connectionId: 'untagged', clientId: 'u', clientSecret: 's' })
    for (const url of ['/connections', '/connections/untagged', '/roller/venues/me', '/connect-session']) {
      const response = await built.app.inject({ url, headers: { 'connection-id': 'untagged' } })
      t.match(response.json(), { status: 500, code: 'ROLLER_ERR_INTERNAL' }, `${JSON.stringify(tags)} ${url}`)
    }
    t.same(built.nango.requests, [])
  }
})

test('limits a caller to connection ids, and does not limit a trusted one', async (t) => {
  const who: Record<string, Awaited<ReturnType<Identify>>> = {
    trusted: 'trusted', listed: { connections: ['venue-of-acme'] }, none: { connections: [] }
  }
  // JavaScript's undefined counts as null.
  const built = await build(t, { options: { identify: ({ headers }) => who[String(headers['x-who'])] as 'trusted' } })
  for (const tenant of ['acme', 'other']) {
    built.nango.addConnection(
      { connectionId: `venue-of-${tenant}`, clientId: tenant, clientSecret: 's', tags: { organization_id: tenant } }
    )
  }
  const reaches = async (name: string): Promise<number[]> => await Promise.all(['venue-of-acme', 'venue-of-other'].map(async (id) =>
    (await built.app.inject({ url: '/roller/sandbox/echo', headers: { 'x-who': name, 'connection-id': id } })).statusCode))
  t.same(await reaches('trusted'), [200, 200])
  t.same(await reaches('listed'), [200, 404])
  t.same(await reaches('none'), [404, 404])
  t.same(await reaches('unknown'), [401, 401])
  t.notOk(built.nango.requests.some(({ url }) => url.startsWith('/connections')), 'ids are compared without a read')
  const list = async (name: string): Promise<number> => (
    await built.app.inject({ url: '/connections', headers: { 'x-who': name } })
  ).json().connections.length
  t.same([await list('trusted'), await list('listed'), await list('none')], [3, 1, 0])
})
