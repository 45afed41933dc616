/** Reconnecting keeps all fields of a connection, although Nango deletes what is not sent again. */
import Nango from '@nangohq/frontend'
import { test } from '../support/tap.ts'
import type { Test } from 'tap'
import { build, holdsNoSecret, type Built } from '../support/build.ts'

const HOOK = 'https://hooks.example.com/acme'

/** A connection with every possible field, created as venues do. */
async function connected (t: Test): Promise<Built & { id: string }> {
  const built = await build(t)
  const { app, nango } = built
  const session = await app.inject({
    method: 'POST',
    url: '/connect-session',
    payload: { tags: { organization_id: 'acme', region: 'north' }, connectionConfig: { a: 'b' }, webhookUrlOverride: HOOK }
  })
  const id = await enter(nango.url, session.json().token, 'first')
  await app.inject({ method: 'PATCH', url: `/connections/${id}`, payload: { metadata: { note: 'kept' } } })
  return { ...built, id }
}

async function enter (host: string, connectSessionToken: string, secret: string): Promise<string> {
  const { connectionId } = await new Nango({ host, connectSessionToken }).auth(
    'roller', { credentials: { client_id: 'acme', client_secret: secret } } as never
  )
  return connectionId
}

const KEPT = {
  tags: { organization_id: 'acme', region: 'north' }, connectionConfig: { a: 'b' }, webhookUrlOverride: HOOK, metadata: { note: 'kept' }
}

test('keeps id, tags, config, webhook address and metadata', async (t) => {
  const { app, nango, id, log } = await connected(t)
  const response = await app.inject({ method: 'POST', url: '/connect-session/reconnect', payload: { connectionId: id } })
  t.equal(response.statusCode, 201)
  t.equal(await enter(nango.url, response.json().token, 'second'), id)
  t.match(nango.connections.filter((one) => one.connectionId === id), [{ ...KEPT, clientSecret: 'second' }])
  holdsNoSecret(t, response.body + log(), { nango })
})

test('keeps them even if the credentials are rejected', async (t) => {
  const { app, nango, roller, id } = await connected(t)
  roller.rejectCredentials('acme')
  roller.revokeTokens('acme')
  t.equal((await app.inject({ url: '/roller/venues/me', headers: { 'connection-id': id } })).statusCode, 424)
  for (const moment of ['just rejected', 'in Nango\'s back-off']) {
    const response = await app.inject({ method: 'POST', url: '/connect-session/reconnect', payload: { connectionId: id } })
    t.equal(response.statusCode, 201, moment)
    roller.rejectCredentials('acme', false)
    t.equal(await enter(nango.url, response.json().token, moment), id)
    t.match(nango.connections.filter((one) => one.connectionId === id), [{ ...KEPT, clientSecret: moment }])
  }
  t.equal((await app.inject({ url: `/connections/${id}` })).json().status, 'connected')
})

test('merges tags from the body, in any case', async (t) => {
  const { app, nango, id } = await connected(t)
  const payload = { connectionId: id, tags: { Region: 'south', size: 'big' } }
  const response = await app.inject({ method: 'POST', url: '/connect-session/reconnect', payload })
  t.equal(response.statusCode, 201)
  await enter(nango.url, response.json().token, 'second')
  t.match((await app.inject({ url: `/connections/${id}` })).json().tags, { organization_id: 'acme', region: 'south', size: 'big' })
  t.same(nango.connections.find((one) => one.connectionId === id)?.tags.region, 'south')
})

test('returns 404 for an unknown connection, and 400 for a missing id', async (t) => {
  const { app } = await build(t)
  for (const connectionId of ['nobody', '..', 'é', 'a/../b']) {
    const response = await app.inject({ method: 'POST', url: '/connect-session/reconnect', payload: { connectionId } })
    t.match(response.json(), { status: 404, code: 'ROLLER_ERR_CONNECTION_UNKNOWN' }, connectionId)
  }
  const response = await app.inject({ method: 'POST', url: '/connect-session/reconnect', payload: {} })
  t.match(response.json(), { status: 400, errors: [{ pointer: '/body/connectionId' }] })
})
