/** A caller limited to its connections cannot see, use or infer others, neither from responses nor from their timing. */
import type { InjectOptions } from 'fastify'
import { test, type Test } from '../support/tap.ts'
import { callsAtRoller } from '../support/build.ts'
import type { Service } from '../service/fixture.ts'
import { bearer, serviceWithKeys } from './fixture.ts'

const ALL = ['connect', 'connections:read', 'connections:write', 'roller:read', 'roller:write']
const ACME = { name: 'acme', scopes: ALL, tags: { Organization_Id: 'acme' } }
const LISTED = { name: 'listed', scopes: ALL, connections: ['venue-of-acme', 'gone'] }
const BOTH = { name: 'both', scopes: ALL, tags: { organization_id: 'acme' }, connections: ['venue-of-acme', 'venue-of-other'] }
const TRUSTED = { name: 'trusted', scopes: ALL }

async function venues (t: Test): Promise<Service> {
  const built = await serviceWithKeys(t, [ACME, LISTED, BOTH, TRUSTED])
  for (const tenant of ['acme', 'other']) {
    built.nango.addConnection(
      { connectionId: `venue-of-${tenant}`, clientId: tenant, clientSecret: 's', tags: { organization_id: tenant } }
    )
  }
  return built
}

/** The gateway verifies venues in the background. */
async function quiet ({ nango }: Service): Promise<void> {
  let seen = -1
  while (nango.requests.length > seen) {
    seen = nango.requests.length
    await new Promise((resolve) => { setTimeout(resolve, 200) })
  }
}

const attempts = (id: string, name: string) => [
  { method: 'GET', url: '/roller/venues/me', headers: { ...bearer(name), 'connection-id': id } },
  { method: 'GET', url: '/roller/sandbox/echo', headers: { ...bearer(name), 'connection-id': id } },
  { method: 'POST', url: '/roller/sandbox/echo', headers: { ...bearer(name), 'connection-id': id }, payload: {} },
  { method: 'GET', url: `/connections/${id}`, headers: bearer(name) },
  { method: 'GET', url: `/connections/${id}/check`, headers: bearer(name) },
  { method: 'GET', url: `/connections/${id}/rate-limits`, headers: bearer(name) },
  { method: 'POST', url: '/connect-session/reconnect', headers: bearer(name), payload: { connectionId: id } },
  { method: 'PATCH', url: `/connections/${id}`, headers: bearer(name), payload: { metadata: { a: 1 } } },
  { method: 'DELETE', url: `/connections/${id}`, headers: bearer(name) }
] as const

for (const { name } of [ACME, LISTED]) {
  test(`${name}: another's venue gets the response of a missing one, with the same number of calls, however often`, async (t) => {
    const built = await venues(t)
    // Another caller has used it: cached state must not show.
    await built.app.inject({ url: '/roller/venues/me', headers: { ...bearer('trusted'), 'connection-id': 'venue-of-other' } })
    await quiet(built)
    const atRoller = callsAtRoller(built).length
    for (let round = 0; round < 2; round++) {
      const missing = attempts('there-is-no-such', name)
      for (const [index, attempt] of attempts('venue-of-other', name).entries()) {
        const requested = async (one: InjectOptions) => {
          const before = built.nango.requests.length
          const response = await built.app.inject(one)
          const { instance: _, ...problem } = response.json()
          const { 'x-request-id': __, date: ___, 'content-length': ____, ...headers } = response.headers
          return {
            status: response.statusCode,
            problem,
            headers,
            nangoRequests: built.nango.requests.slice(before).map(({ method, url }) => `${method} ${url.split('?')[0]}`)
          }
        }
        const foreign = await requested(attempt)
        t.equal(foreign.status, 404, `${attempt.method} ${attempt.url}`)
        t.equal(foreign.problem.code, 'ROLLER_ERR_CONNECTION_UNKNOWN')
        t.same(
          foreign, await requested(missing[index] ?? attempt),
          `${attempt.method} ${attempt.url}: the two are indistinguishable, and so are the calls that they cost`
        )
      }
    }
    t.equal(callsAtRoller(built).length, atRoller, 'nothing reached ROLLER')
    t.ok(built.nango.connections.some(({ connectionId }) => connectionId === 'venue-of-other'), 'it is still there')
  })
}

test('allows the caller\'s own connections', async (t) => {
  for (const { name } of [ACME, LISTED, BOTH, TRUSTED]) {
    const built = await venues(t)
    for (const attempt of attempts('venue-of-acme', name)) {
      const response = await built.app.inject(attempt)
      t.ok(response.statusCode < 300, `${name}: ${attempt.method} ${attempt.url}: ${response.statusCode} ${response.body.slice(0, 200)}`)
    }
  }
})

test('lists only the caller\'s connections, whatever filter or page is requested', async (t) => {
  const { app } = await venues(t)
  const listed = async (name: string, query: string): Promise<[string[], number | null]> => {
    const { connections, nextPage } = (await app.inject({ url: `/connections${query}`, headers: bearer(name) })).json()
    return [connections.map(({ connectionId }: { connectionId: string }) => connectionId), nextPage]
  }
  for (const name of ['acme', 'listed', 'both']) {
    for (const query of ['', '?search=venue', '?tags[organization_id]=acme']) {
      t.same(await listed(name, query), [['venue-of-acme'], null], `${name} ${query}`)
    }
  }
  t.same(await listed('acme', '?tags[organization_id]=other'), [['venue-of-acme'], null], 'its own tags stand in for what it wrote')
  t.same(await listed('listed', '?tags[organization_id]=other'), [[], null])
  t.same(await listed('listed', '?limit=1'), [['venue-of-acme'], 1])
  t.same(await listed('listed', '?limit=1&page=1'), [[], null], 'deleted connections are left out')
  t.same((await listed('trusted', ''))[0].sort(), ['demo-venue', 'venue-of-acme', 'venue-of-other'])
})

test('applies both limits together', async (t) => {
  const { app } = await venues(t)
  t.equal(
    (await app.inject({ url: '/roller/venues/me', headers: { ...bearer('both'), 'connection-id': 'venue-of-other' } })).statusCode, 404,
    'in the list, but without the tag'
  )
})

test('assigns a new connection to the limited caller; a caller with listed connections cannot create one', async (t) => {
  const built = await venues(t)
  const { app, nango } = built
  const connect = async (name: string) => await app.inject(
    { method: 'POST', url: '/connections', headers: bearer(name), payload: { clientId: 'c', clientSecret: 's' } }
  )
  t.match((await connect('acme')).json(), { tags: { organization_id: 'acme' } })
  await app.inject({ method: 'POST', url: '/connect-session', headers: bearer('acme') })
  t.match(JSON.parse(String(nango.requests.at(-1)?.body)), { tags: { organization_id: 'acme' } })
  await quiet(built)
  const before = nango.requests.length
  for (const name of ['listed', 'both']) {
    for (const url of ['/connections', '/connect-session']) {
      const response = await app.inject(
        { method: 'POST', url, headers: bearer(name), payload: url === '/connections' ? { clientId: 'c', clientSecret: 's' } : {} }
      )
      t.match(response.json(), { status: 403, code: 'ROLLER_ERR_SCOPE', detail: /may not create another/ }, `${name} ${url}`)
    }
  }
  t.equal(nango.requests.length, before)
})

test('does not let a limited caller change the tags of its limit', async (t) => {
  const { app, nango } = await venues(t)
  for (const name of ['acme', 'listed']) {
    const response = await app.inject(
      { method: 'PATCH', url: '/connections/venue-of-acme', headers: bearer(name), payload: { tags: { organization_id: 'other' } } }
    )
    t.match(response.json(), { status: 400, errors: [{ pointer: '/body/tags' }] }, name)
  }
  t.match(nango.connections.find(({ connectionId }) => connectionId === 'venue-of-acme')?.tags, { organization_id: 'acme' })
})

test('rejects a single connection together with limited callers', async (t) => {
  await t.rejects(
    serviceWithKeys(t, [ACME], { ROLLER_CONNECTION_ID: 'venue-of-other' }), /API_KEYS_FILE limits callers.*ROLLER_CONNECTION_ID/
  )
  const { app } = await serviceWithKeys(t, [TRUSTED], { ROLLER_CONNECTION_ID: 'demo-venue' })
  t.equal((await app.inject({ url: '/roller/venues/me', headers: bearer('trusted') })).statusCode, 200)
})

test('does not find another\'s venue by ROLLER\'s id either', async (t) => {
  const built = await venues(t)
  await built.app.inject({ url: '/roller/venues/me', headers: { ...bearer('trusted'), 'connection-id': 'venue-of-other' } })
  await quiet(built)
  const venueId = String(built.nango.connections.find(({ connectionId }) => connectionId === 'venue-of-other')?.tags['roller_venue_id'])
  t.match(venueId, /^\d+$/)
  const requested = async (name: string, venue: string) => {
    const before = built.nango.requests.length
    const response = await built.app.inject({ url: '/roller/sandbox/echo', headers: { ...bearer(name), 'roller-venue': venue } })
    const { instance: _, ...problem } = response.json()
    return { status: response.statusCode, problem, nangoRequests: built.nango.requests.length - before }
  }
  t.equal((await requested('trusted', venueId)).status, 200)
  for (const name of ['acme', 'listed']) {
    for (let round = 0; round < 2; round++) {
      const [foreign, missing] = [await requested(name, venueId), await requested(name, `9${venueId}`)]
      t.equal(foreign.status, 404, name)
      t.same({ ...foreign, nangoRequests: 0 }, { ...missing, nangoRequests: 0 }, `${name}: the same response`)
      t.equal(foreign.nangoRequests, missing.nangoRequests, `${name}, round ${round + 1}: at the same price`)
    }
  }
})
