/** POST /connect/result returns the venue of the connection that the link made, and nothing else. */
import { test } from '../support/tap.ts'
import type { FastifyInstance } from 'fastify'
import { build, holdsNoSecret, type BuildOptions, type Built } from '../support/build.ts'

interface Link { token: string, ticket: string }

async function start (t: Parameters<typeof build>[0], { options = {}, ...more }: BuildOptions = {}): Promise<Built> {
  return await build(t, { options: { connectPage: true, verifyVenues: true, ...options }, ...more })
}

async function newLink (app: FastifyInstance, payload: object = {}, url = '/connect-session'): Promise<Link> {
  const { connectPage } = (await app.inject({ method: 'POST', url, payload })).json()
  const fragment = new URLSearchParams(String(connectPage).split('#')[1])
  return { token: fragment.get('token') ?? '', ticket: fragment.get('ticket') ?? '' }
}

/** Does the same as the page's form. */
async function enter ({ nango }: Built, { token }: Link, clientId: string): Promise<string> {
  const response = await fetch(`${nango.url}/oauth2/auth/roller?connect_session_token=${token}`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ client_id: clientId, client_secret: 'right' })
  })
  const { connectionId } = await response.json() as { connectionId: string }
  return connectionId
}

const send = (app: FastifyInstance, ticket: string, connectionId: string) => app.inject(
  { method: 'POST', url: '/connect/result', payload: { ticket, connectionId } }
)

test('returns the venue of the connection that was just created', async (t) => {
  const built = await start(t)
  const link = await newLink(built.app)
  const connectionId = await enter(built, link, 'my-park')
  const response = await send(built.app, link.ticket, connectionId)
  t.equal(response.statusCode, 200)
  const { name, zone } = built.roller.venue('my-park').profile
  t.same(response.json(), { status: 'connected', venue: { name, timeZone: zone, environment: 'live' } }, 'these and no more')
  t.equal(response.headers['cache-control'], 'no-store')
  t.match((await built.app.inject(`/connections/${connectionId}`)).json(), { venue: { name } }, 'and it is kept')
  holdsNoSecret(t, response.body + built.log(), built)
  t.notMatch(built.log(), link.ticket)
})

test('returns nothing about any other connection', async (t) => {
  const built = await start(t)
  const [mine, theirs] = [await newLink(built.app, { tags: { organization_id: 'demo' } }), await newLink(built.app)]
  const [made, foreign] = [await enter(built, mine, 'my-park'), await enter(built, theirs, 'their-park')]
  const texts = new Set<string>()
  for (const connectionId of [foreign, 'demo-venue', 'no-such-connection']) {
    const { statusCode, body } = await send(built.app, mine.ticket, connectionId)
    t.equal(statusCode, 404, connectionId)
    texts.add(body.replace(/"instance":"[^"]*"/, ''))
  }
  t.equal(texts.size, 1, 'the same words for each')
  t.equal((await send(built.app, mine.ticket, made)).statusCode, 200)
})

test('returns only the own connection to a browser that writes a proof into it', async (t) => {
  const built = await start(t)
  const link = await newLink(built.app)
  const proof = link.ticket.split('.')[1] ?? ''
  const victim = await enter(built, await newLink(built.app), 'victim-park')
  // Nango lets a browser set config fields of the connection that it creates.
  const response =
    await fetch(`${built.nango.url}/oauth2/auth/roller?connect_session_token=${link.token}&params[roller_connect_page]=${proof}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_id: 'own-park', client_secret: 'right' })
    })
  const { connectionId } = await response.json() as { connectionId: string }
  t.equal((await send(built.app, link.ticket, connectionId)).statusCode, 200)
  t.equal((await send(built.app, link.ticket, victim)).statusCode, 404)
})

test('rejects forged, foreign and expired tickets with 401, without a call to Nango', async (t) => {
  const built = await start(t, { nango: { now: () => Date.now() - 3_600_000 } })
  const ended = await newLink(built.app) // an hour ago by Nango's clock
  const other = await newLink(
    (
      await start(
        t,
        {
          nango: { secretKey: '00000000-0000-4000-8000-000000000000' },
          options: { nango: { secretKey: '00000000-0000-4000-8000-000000000000' } }
        }
      )
    ).app
  )
  const before = built.nango.requests.length
  for (const ticket of [ended.ticket, other.ticket, 'x', ended.ticket.replace(/^\d+/, '99999999999999')]) {
    const response = await send(built.app, ticket, 'demo-venue')
    t.match(response.json(), { status: 401, code: 'ROLLER_ERR_LINK_ENDED', title: /^The link / })
  }
  t.equal(built.nango.requests.length, before)
  for (
    const payload of [
      {}, { ticket: 1, connectionId: 'a' }, { ticket: 'x'.repeat(513), connectionId: 'a' }, { ticket: 'x', connectionId: 'a', token: 'y' }
    ]
  ) {
    t.equal((await built.app.inject({ method: 'POST', url: '/connect/result', payload })).statusCode, 400)
  }
})

test('allows twenty requests for each link', async (t) => {
  const built = await start(t)
  const link = await newLink(built.app)
  for (let time = 0; time < 20; time++) t.equal((await send(built.app, link.ticket, 'demo-venue')).statusCode, 404)
  const before = built.nango.requests.length
  const response = await send(built.app, link.ticket, 'demo-venue')
  t.match(response.json(), { status: 429, code: 'ROLLER_ERR_CALLER_RATE_LIMITED' })
  t.ok(Number(response.headers['retry-after']) > 0)
  t.equal(built.nango.requests.length, before)
  t.equal((await send(built.app, (await newLink(built.app)).ticket, 'demo-venue')).statusCode, 404, 'another link counts by itself')
})

test('reports a reconnect only after it happened, and detects another venue', async (t) => {
  const built = await start(t)
  const link = await newLink(built.app, { connectionId: 'demo-venue' }, '/connect-session/reconnect')
  t.equal((await send(built.app, link.ticket, 'demo-venue')).statusCode, 404, 'a link that was not used opens nothing')
  await enter(built, link, 'demo')
  t.match(
    (await send(built.app, link.ticket, 'demo-venue')).json(),
    { status: 'connected', venue: { name: built.roller.venue('demo').profile.name } }
  )

  const second = await newLink(built.app, { connectionId: 'demo-venue' }, '/connect-session/reconnect')
  await enter(built, second, 'someone-else')
  t.equal((await send(built.app, link.ticket, 'demo-venue')).statusCode, 404, 'the first link is no longer the one')
  t.match(
    (await send(built.app, second.ticket, 'demo-venue')).json(),
    { status: 'other-venue', venue: { name: built.roller.venue('someone-else').profile.name } }
  )
  t.match((await built.app.inject('/connections/demo-venue')).json(), { tags: { organization_id: 'demo' } }, 'its tags are kept')
})

test('returns no venue if venues are not verified', async (t) => {
  const built = await start(t, { options: { verifyVenues: false } })
  const link = await newLink(built.app)
  t.same((await send(built.app, link.ticket, await enter(built, link, 'my-park'))).json(), { status: 'connected', venue: null })
})

test('reports credentials that may not read their venue', async (t) => {
  const built = await start(t)
  const link = await newLink(built.app)
  const connectionId = await enter(built, link, 'my-park')
  built.roller.faults.next({ kind: 'status', status: 403, body: { message: 'no' } } as never) // one of the simulator's own
  t.match((await send(built.app, link.ticket, connectionId)).json(), { code: 'ROLLER_ERR_ACCESS_DENIED' })
  t.match((await send(built.app, link.ticket, connectionId)).json(), { status: 'connected' }, 'and again when it may')
})

const used = (app: FastifyInstance, ticket: string) => app.inject({ method: 'POST', url: '/connect/result', payload: { ticket } })

test('reports for a reopened link whether it was used, and for which venue', async (t) => {
  const built = await start(t)
  const [link, other] = [await newLink(built.app), await newLink(built.app)]
  t.same((await used(built.app, link.ticket)).json(), { status: 'unused', venue: null })
  await enter(built, other, 'their-park')
  t.same((await used(built.app, link.ticket)).json(), { status: 'unused', venue: null }, 'another link\'s connection is not its own')
  await enter(built, link, 'my-park')
  await enter(built, other, 'later-park')
  t.match((await used(built.app, link.ticket)).json(), { status: 'connected', venue: { name: built.roller.venue('my-park').profile.name } })
})

test('identifies connection and credentials of a reconnect link', async (t) => {
  const built = await start(t)
  const link = await newLink(built.app, { connectionId: 'demo-venue' }, '/connect-session/reconnect')
  t.same((await used(built.app, link.ticket)).json(), { status: 'unused', venue: null })
  t.notOk(built.nango.requests.some(({ url }) => url.includes('limit=100')), 'no list is needed')
  await enter(built, link, 'someone-else')
  t.match(
    (await used(built.app, link.ticket)).json(), { status: 'other-venue', venue: { name: built.roller.venue('someone-else').profile.name } }
  )
  const forged = link.ticket.replace(/\.[\w-]+(\.[\w-]{43})$/, `.${Buffer.from('other').toString('base64url')}$1`)
  t.not(forged, link.ticket)
  t.equal((await used(built.app, forged)).statusCode, 401)
})

test('reads at most ten of the connections created since', async (t) => {
  const built = await start(t)
  const [link, bulk] = [await newLink(built.app), await newLink(built.app)]
  await enter(built, link, 'my-park')
  for (let n = 0; n < 12; n++) await enter(built, bulk, `park-${n}`)
  const before = built.nango.requests.length
  t.same((await used(built.app, link.ticket)).json(), { status: 'unused', venue: null })
  t.equal(built.nango.requests.length - before, 11)
})
