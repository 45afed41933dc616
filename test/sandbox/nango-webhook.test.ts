import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { Nango } from '@nangohq/node'
import { test } from '../support/tap.ts'
import type { Test } from 'tap'
import { ALL_WEBHOOKS } from '#sandbox/nango.js'
import type { NangoSettings } from '#sandbox/nango.js'
import { authorize, openSession, setup } from './nango-fixture.ts'
import type { Fixture } from './nango-fixture.ts'

const SIGNING_KEY = '0a0a0a0a-1b1b-4c2c-8d3d-4e4e4e4e4e4e'

interface Hook { body: string, verified: boolean }
interface Receiver { hooks: Hook[], arrived (count: number): Promise<void> }

async function receive (
  t: Test, { status = 200, settings = ALL_WEBHOOKS }: { status?: number, settings?: Partial<NangoSettings> } = {}
): Promise<Receiver & { fixture: Fixture }> {
  const hooks: Hook[] = []
  const sdk = new Nango({ apiKey: SIGNING_KEY, webhookSigningKey: SIGNING_KEY })
  const server = createServer(async (req, res) => {
    const body = (await req.toArray()).join('')
    hooks.push({ body, verified: sdk.verifyIncomingWebhookRequest(body, req.headers) })
    res.writeHead(status).end()
    server.emit('hook')
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const webhookUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  const fixture = await setup(t)
  fixture.nango.setOptions({ webhookUrl, webhookSigningKey: SIGNING_KEY, ...settings })
  return {
    hooks,
    fixture,
    async arrived (count) {
      while (hooks.length < count) await once(server, 'hook')
    }
  }
}

test('sends a signed webhook with tags and sorted keys for a new connection', async (t) => {
  const { hooks, arrived, fixture } = await receive(t)
  const { json: { connectionId } } = await authorize(fixture, await openSession(fixture))
  await arrived(1)
  t.ok(hooks[0]?.verified)
  t.equal(hooks[0]?.body, '{"authMode":"OAUTH2_CC",' + `"connectionId":"${connectionId}","environment":"dev","from":"nango",` +
    '"operation":"creation","provider":"roller","providerConfigKey":"roller","success":true,"tags":{"organization_id":"o1"},"type":"auth"}')
})

/** A creation, a failed refresh, a recovery, an override, a deletion. */
async function live (fixture: Fixture): Promise<void> {
  await authorize(fixture, await openSession(fixture))
  fixture.roller.tokenStatus = 401
  await fixture.proxy('/x')
  fixture.roller.tokenStatus = 200
  fixture.advance(30_000)
  await fixture.proxy('/x')
  await authorize(fixture, await openSession(fixture, { connection_id: 'c1', integration_id: 'roller' }, '/connect/sessions/reconnect'))
  await fixture.call('/connections/c1?provider_config_key=roller', { method: 'DELETE' })
}

for (const [name, settings, expected] of [
  ['with the URL alone only an override is announced', {}, ['override']],
  ['creation and failed refresh are announced when they are switched on', { webhookOnCreation: true, webhookOnRefreshError: true },
    ['creation', 'override', 'refresh false']],
  ['newer servers announce recovery and deletion', ALL_WEBHOOKS, ['creation', 'deletion', 'override', 'refresh false', 'refresh true']]
] as const) {
  test(name, async (t) => {
    const { hooks, arrived, fixture } = await receive(t, { settings })
    await live(fixture)
    await arrived(expected.length)
    await setTimeout(50)
    // Deliveries may overtake each other.
    const reported = hooks.map(({ body }) => JSON.parse(body) as { operation: string, success: boolean })
    t.same(reported.map(({ operation, success }) => operation === 'refresh' ? `refresh ${success}` : operation).sort(), expected)
  })
}

test('sends a webhook for each call that joined a failed refresh', async (t) => {
  const { hooks, arrived, fixture } = await receive(t)
  fixture.roller.tokenStatus = 401
  fixture.nango.setOptions({ credentialCheckTime: 50 })
  await Promise.all([fixture.proxy('/x'), fixture.proxy('/x'), fixture.proxy('/x')])
  await arrived(3)
  t.equal(fixture.roller.tokenCalls.length, 1)
  t.equal(hooks.length, 3)
})

test('sends webhooks for refresh, override and deletion, but not for credentials rejected at creation', async (t) => {
  const { hooks, arrived, fixture } = await receive(t)
  t.equal((await authorize(fixture, await openSession(fixture), 'wrong')).status, 400)
  fixture.roller.tokenStatus = 401
  await fixture.proxy('/x')
  await arrived(1)
  fixture.roller.tokenStatus = 200
  fixture.advance(30_000)
  await fixture.proxy('/x')
  await arrived(2)
  await authorize(fixture, await openSession(fixture, { connection_id: 'c1', integration_id: 'roller' }, '/connect/sessions/reconnect'))
  await arrived(3)
  await fixture.call('/connections/c1?provider_config_key=roller', { method: 'DELETE' })
  await arrived(4)
  t.match(hooks.map(({ body }): unknown => JSON.parse(body)), [
    { operation: 'refresh', success: false, error: { type: 'client_credentials_fetch_error' } },
    { operation: 'refresh', success: true },
    { operation: 'override', success: true },
    { operation: 'deletion', success: true }
  ])
})

test('makes three attempts after a 5xx, one after a 4xx', async (t) => {
  for (const [status, attempts] of [[503, 3], [429, 1]] as const) {
    const { hooks, arrived, fixture } = await receive(t, { status })
    await authorize(fixture, await openSession(fixture))
    await arrived(attempts)
    await setTimeout(20)
    t.equal(hooks.length, attempts)
    t.same(fixture.sleeps, status === 503 ? [3000, 6000] : [])
  }
})
