/** A shared cache in front of the app stores none of ROLLER's responses or, with sharedCaching, never mixes venues. */
import type { ServerResponse } from 'node:http'
import { test, type Test } from '../support/tap.ts'
import type { RollerOptions } from 'fastify-roller'
import { FORWARDED } from '#plugin/gateway/sanitize-request.js'
import { build, listen, type Built } from '../support/build.ts'
import { SharedCache } from '../support/shared-cache.ts'
import { stubNango } from '../upstream/fixture.ts'

type Response = Record<string, string | string[]>

/** Responds to each call with its connection, and with any cache headers of ROLLER. */
interface Started extends Built {
  /** ROLLER's next responses. */
  readonly respond: (headers: Response, status?: number) => void
}

async function start (t: Test, headers: Response, options: Partial<RollerOptions> = {}): Promise<Started> {
  let status = 200
  const row = (id: string, venue: string) => (
    {
      connection_id: id,
      provider_config_key: 'roller',
      tags: { roller_venue_id: venue, roller_environment: 'live', organization_id: id },
      errors: [],
      created: '2026-11-01T00:00:00Z'
    }
  )
  const rows = [row('venue-a', '1'), row('venue-b', '2')]
  const json = (response: ServerResponse, body: unknown): void => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  }
  const stub = await stubNango(t, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://nango')
    if (pathname === '/connections') {
      const [venue, id] = [searchParams.get('tags[roller_venue_id]'), searchParams.get('connectionId')]
      return json(
        response,
        {
          connections: rows.filter(
            (one) => (venue === null || one.tags.roller_venue_id === venue) && (id === null || one.connection_id === id)
          )
        }
      )
    }
    response.writeHead(
      status, { 'content-type': 'application/json', ...headers }
    ).end(JSON.stringify({ of: request.headers['connection-id'] }))
  })
  const built = await build(t, { options: { ...options, nango: { host: stub.url } } })
  return { ...built, respond: (next, nextStatus = 200) => { [headers, status] = [next, nextStatus] } }
}

const PUBLIC = { 'cache-control': 'public, max-age=600' }
const SESSIONS: Record<string, string> = {
  'session=a': 'venue-a', 'session=b': 'venue-b', 'Bearer a': 'venue-a', 'Bearer b': 'venue-b', a: 'venue-a', b: 'venue-b'
}

/** Ways in which a call identifies its venue or caller. */
const WAYS: [label: string, name: string, values: [a: string, b: string], options: Partial<RollerOptions>][] = [
  ['Connection-Id', 'connection-id', ['venue-a', 'venue-b'], {}],
  ['Roller-Venue', 'roller-venue', ['1', '2'], {}],
  ['a cookie', 'cookie', ['session=a', 'session=b'], { connection: ({ headers }) => SESSIONS[headers.cookie ?? ''] ?? '' }],
  [
    'a token', 'authorization', ['Bearer a', 'Bearer b'], { connection: async ({ headers }) => SESSIONS[headers.authorization ?? ''] ?? '' }
  ],
  [
    'a header of the application\'s own', 'x-api-key', ['a', 'b'],
    { vary: ['X-Api-Key'], connection: ({ headers }) => SESSIONS[String(headers['x-api-key'])] ?? '' }
  ]
]

for (const [label, name, values, options] of WAYS) {
  for (const sharedCaching of [false, true]) {
    test(`never mixes venues in a shared cache keyed by ${label}, with sharedCaching ${sharedCaching}`, async (t) => {
      const { app } = await start(t, PUBLIC, { ...options, sharedCaching })
      const cache = new SharedCache(app)
      for (let round = 0; round < 2; round++) {
        for (const [index, value] of values.entries()) {
          const response = await cache.get('/roller/venues/me', { [name]: value })
          t.same(JSON.parse(response.body), { of: index === 0 ? 'venue-a' : 'venue-b' })
        }
      }
      t.equal(cache.hits, sharedCaching ? 2 : 0)
    })
  }
}

test('prevents shared caching, whatever the upstream allows', async (t) => {
  const responses: Response[] = [
    PUBLIC, {}, { 'cache-control': 'max-age=60' }, { 'cache-control': 's-maxage=600' }, { 'cache-control': ['max-age=60', 'public'] },
    { expires: 'Thu, 01 Jan 2099 00:00:00 GMT' }, { 'cache-control': 'PUBLIC, S-MaxAge = 60, must-revalidate' },
    { 'cache-control': 'private="set-cookie", max-age=60' },
    { 'surrogate-control': 'max-age=600' }, { 'cdn-cache-control': 'max-age=600' }, { 'example-cdn-cache-control': 'public' },
    { 'cache-control': 'x="a, public', vary: 'accept' }
  ]
  const { app, respond } = await start(t, {})
  for (const status of [200, 404]) {
    for (const headers of responses) {
      respond(headers, status)
      const cache = new SharedCache(app)
      for (const id of ['venue-a', 'venue-a', 'venue-b']) await cache.get('/roller/venues/me', { 'connection-id': id })
      t.equal(cache.hits, 0, `${status} ${JSON.stringify(headers)}`)
    }
  }
})

test('keeps the remaining directives of the upstream', async (t) => {
  const cases: [sent: string | string[] | undefined, got: string][] = [
    [undefined, 'private'],
    ['public, max-age=600', 'private, max-age=600'],
    ['no-store', 'no-store'],
    ['public, no-store', 'no-store'],
    ['must-understand, no-store', 'private, must-understand, no-store'],
    ['no-cache="set-cookie, public", s-maxage=60', 'private, no-cache="set-cookie, public"'],
    ['private, max-age=0', 'private, max-age=0'],
    ['PUBLIC, S-MaxAge = 60, must-revalidate', 'private, must-revalidate'],
    ['max-age=60, proxy-revalidate', 'private, max-age=60'],
    [['max-age=60', 'public'], 'private, max-age=60'],
    ['x="a\\", public', 'private, x="a\\", public']
  ]
  const { app, respond } = await start(t, {})
  for (const [sent, got] of cases) {
    respond(sent === undefined ? {} : { 'cache-control': sent })
    t.equal((await app.inject({ url: '/roller/venues/me', headers: { 'connection-id': 'venue-a' } })).headers['cache-control'], got)
  }
})

test('removes headers for specific caches, and keeps Cache-Control with sharedCaching', async (t) => {
  const targeted = { 'cdn-cache-control': 'max-age=1', 'vercel-cdn-cache-control': 'max-age=1', 'edge-control': 'max-age=1' }
  const commands = { 'surrogate-control': 'max-age=1, content="ESI/1.0"', 'x-accel-expires': '1' }
  const sent = { ...targeted, ...commands, expires: 'Thu, 01 Jan 2099 00:00:00 GMT', etag: '"e"', 'cache-control': 'public, max-age=60' }
  const get = async (sharedCaching: boolean) => (
    await (await start(t, sent, { sharedCaching })).app.inject({ url: '/roller/venues/me', headers: { 'connection-id': 'venue-a' } })
  ).headers
  const closed = await get(false)
  t.same(Object.keys({ ...targeted, ...commands }).filter((name) => name in closed), [])
  t.match(closed, { etag: '"e"', expires: /2099/, 'cache-control': 'private, max-age=60' })
  const open = await get(true)
  t.match(open, { ...targeted, etag: '"e"', expires: /2099/, 'cache-control': 'public, max-age=60' })
  t.same(Object.keys(commands).filter((name) => name in open), [], 'nor what a proxy would obey')
})

test('lists in Vary every header that selects the response, each once', async (t) => {
  const vary = async (sent: Response, host: string | null, options: Partial<RollerOptions> = {}): Promise<string[]> => {
    const stub = await stubNango(t, (_request, response) => { response.writeHead(200, sent).end('{}') })
    const { app } = await build(t, {
      options: { ...options, nango: { host: stub.url } },
      host: (app) => { if (host !== null) app.addHook('onRequest', async (_request, reply) => { reply.header('Vary', host) }) }
    })
    const [problem, { headers }] = [
      await app.inject('/roller/venues/me'), await app.inject({ url: '/roller/venues/me', headers: { 'connection-id': 'venue-a' } })
    ]
    if (host !== null) t.match(problem.headers.vary, new RegExp(`^Connection-Id, .*, ${host}$`), 'of a problem')
    return String(headers.vary).toLowerCase().split(', ')
  }
  const own = [
    'connection-id', 'roller-venue', 'authorization', 'cookie', 'roller-validation', ...FORWARDED.filter((name) => name !== 'content-type')
  ]
  t.same(await vary({}, null), own)
  t.same(await vary({}, 'Origin'), [...own, 'origin'])
  t.same(await vary({ vary: 'Accept-Encoding, ACCEPT' }, 'Origin'), [...own, 'origin', 'accept-encoding'])
  t.same(
    await vary({ vary: ['accept-encoding', 'x-a'] }, null, { sharedCaching: true, vary: ['X-Api-Key', 'cookie'] }),
    [...own, 'x-api-key', 'accept-encoding', 'x-a']
  )
  t.same(await vary({ vary: '*' }, 'Origin'), ['*'])
})

test('sends no-store and Vary with problems under /roller', async (t) => {
  const { app } = await start(
    t, {}, { identify: ({ headers }) => headers.cookie === undefined ? null : { tags: { organization_id: 'venue-a' } } }
  )
  for (const [status, url, headers] of [
    [400, '/roller/venues/me', { cookie: 'a' }], [401, '/roller/venues/me', { 'connection-id': 'venue-a' }],
    [404, '/roller/venues/me', { 'connection-id': 'venue-b', cookie: 'a' }],
    [400, '/roller/a//b', { 'connection-id': 'venue-a', cookie: 'a' }]
  ] as const) {
    const response = await app.inject({ url, headers })
    t.equal(response.statusCode, status, url)
    t.equal(response.headers['cache-control'], 'no-store')
    t.match(String(response.headers.vary), /Connection-Id.*Cookie/)
  }
})

test('sends no-store on all routes whose responses differ between callers', async (t) => {
  const { app, nango } = await listen(t, {
    options: {
      connectPage: true,
      publicUrl: 'https://gateway.example.com',
      rollerWebhookSecrets: ['0123456789abcdef'],
      nango: { publicHost: 'https://nango.example.com', webhookSigningKeys: ['k'] }
    }
  })
  t.ok(nango.url)
  const id = 'demo-venue'
  for (const [method, url, payload] of [
    ['GET', '/connections'], ['GET', `/connections/${id}`], ['GET', '/connections/none'], ['GET', `/connections/${id}/check`],
    ['GET', `/connections/${id}/rate-limits`],
    ['GET', `/connections/${id}/webhooks`], ['POST', '/connect-session', {}], ['POST', '/connect-session/reconnect', { connectionId: id }],
    ['POST', '/connections', {}],
    ['POST', `/connections/${id}/confirm-venue`, { venueId: '1' }], ['PATCH', `/connections/${id}`, { metadata: { a: 1 } }],
    ['POST', '/webhooks/nango', {}],
    ['POST', `/webhooks/roller/${id}`, {}], ['GET', '/connect'], ['GET', '/connect/no-version/no-file.js'],
    ['POST', '/connect/result', { ticket: 'x', connectionId: 'y' }],
    ['GET', '/problems/NONE'], ['DELETE', `/connections/${id}`]
  ] as const) {
    const response = await app.inject({ method, url, ...(payload !== undefined && { payload }) })
    t.equal(response.headers['cache-control'], 'no-store', `${method} ${url} ${response.statusCode}`)
  }
  t.equal((await app.inject({ url: '/problems/ROLLER_ERR_PATH' })).headers['cache-control'], 'public, max-age=3600')
})
