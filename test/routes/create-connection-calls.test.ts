/** POST /connections reads nothing twice: each call to Nango and ROLLER costs a round trip, and counts against the account. */
import { test } from '../support/tap.ts'
import { build, callsAtRoller, type BuildOptions, type Built } from '../support/build.ts'

const CREDENTIALS = { clientId: 'new-park', clientSecret: 'right', tags: { organization_id: 'acme' }, metadata: { region: 'north' } }
/** Nango sends these to ROLLER for the gateway: the proxied request, and the token request. */
const PROXIED = '/proxy/venues/me'
/** Creating the session, using the credentials, deleting the session; writing tags and metadata; reading the connection. */
const KEPT = [
  'POST /connect/sessions', 'POST /oauth2/auth/roller', 'DELETE /connect/session', 'PATCH /connections/ID', 'PATCH /connections/metadata',
  'GET /connections/ID'
]

for (const transport of ['nango', 'direct'] as const) {
  test(`${transport}: reads the connection once at the end, and calls ROLLER once`, async (t) => {
    const built = await buildAndWarm(t, { options: { transport, verifyVenues: true } })
    const before = callsAtRoller(built).length
    const response = await built.app.inject({ method: 'POST', url: '/connections', payload: CREDENTIALS })
    t.match(response.json(), { metadata: { region: 'north' }, tags: { organization_id: 'acme' }, venue: { id: String } })
    t.same(response.json().warnings, [])
    t.equal(response.statusCode, 201)
    const calls = nangoCalls(built, response.json().connectionId)
    // The direct transport reads the token with which it calls ROLLER.
    t.same(calls.toSorted(), [...KEPT, transport === 'nango' ? `GET ${PROXIED}` : 'GET /connections/ID'].toSorted())
    t.equal(calls.at(-1), 'GET /connections/ID', 'so that the response is what Nango keeps')
    t.same(callsAtRoller(built).slice(before), [{ method: 'GET', url: '/venues/me' }])
    t.same(
      order(calls, ['PATCH /connections/ID', 'PATCH /connections/metadata']), ['PATCH /connections/ID', 'PATCH /connections/metadata'],
      'the tag first'
    )
  })

  test(`${transport}: makes five calls without verification`, async (t) => {
    const built = await buildAndWarm(t, { options: { transport, verifyVenues: false } })
    const response = await built.app.inject({ method: 'POST', url: '/connections', payload: CREDENTIALS })
    t.equal(response.statusCode, 201)
    t.equal(nangoCalls(built, response.json().connectionId).length, 5)
    t.same(callsAtRoller(built), [])
  })
}

/** The first connection of a process needs one more call, which checks that the key may read connections. */
async function buildAndWarm (t: Parameters<typeof build>[0], options: BuildOptions): Promise<Built> {
  const built = await build(t, options)
  await built.app.inject({ method: 'POST', url: '/connections', payload: { ...CREDENTIALS, clientId: 'first-park' } })
  built.nango.requests.length = 0
  return built
}

function nangoCalls ({ nango }: Built, connectionId: string): string[] {
  return nango.requests.map(({ method, url }) => `${method} ${(url.split('?')[0] ?? '').replace(connectionId, 'ID')}`)
}

function order (calls: readonly string[], wanted: readonly string[]): string[] { return calls.filter((call) => wanted.includes(call)) }
