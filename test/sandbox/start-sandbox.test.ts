/** The sandbox as the test double of an app that embeds the plugin, using only public exports of both packages. */
import Fastify, { type FastifyInstance } from 'fastify'
import roller, { type RollerOptions } from 'fastify-roller'
import { ManualClock, startSandbox, type Sandbox, type SandboxOptions } from 'roller-sandbox'
import { test, type Test } from '../support/tap.ts'
import { freePort } from '../support/free-port.ts'

const MINUTE = 60_000

async function start (t: Test, options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(options)
  t.teardown(() => sandbox.close())
  return sandbox
}

async function app (t: Test, sandbox: Sandbox, options: Partial<RollerOptions> = {}): Promise<FastifyInstance> {
  const fastify = Fastify()
  t.teardown(() => fastify.close()) // before the sandbox: tap runs teardowns in reverse
  await fastify.register(roller, {
    nango: { secretKey: sandbox.secretKey, host: sandbox.nango.url, webhookSigningKeys: [sandbox.webhookSigningKey] },
    rollerBaseUrl: sandbox.roller.url,
    authorize: 'open',
    ...options
  })
  return fastify
}

test('sends a call to the simulated ROLLER', async (t) => {
  const sandbox = await start(t)
  const fastify = await app(t, sandbox)
  const { name } = await fastify.roller.request('GET /venues/me', { connectionId: sandbox.connectionId })
  t.equal(name, sandbox.roller.venue('demo').profile.name)
  t.ok(sandbox.nango.requests.some(({ url }) => url === '/proxy/venues/me'))
  t.ok(sandbox.roller.requests.some(({ url }) => url === '/venues/me'))
})

test('applies a fault to the matching call', async (t) => {
  const sandbox = await start(t)
  const fastify = await app(t, sandbox)
  const call = { url: '/roller/products', headers: { 'connection-id': sandbox.connectionId } }
  sandbox.roller.faults.always({ path: /^\/products/, kind: 'status', status: 403, body: { message: 'no add-on' } })
  t.match((await fastify.inject(call)).json(), { code: 'ROLLER_ERR_ACCESS_DENIED' })
  sandbox.roller.faults.always(null)
  t.equal((await fastify.inject(call)).statusCode, 200)
  const body = { error: { code: 'unknown_account', message: 'x', payload: {} } }
  sandbox.nango.faults.next({ path: /^\/proxy/, kind: 'status', status: 401, body })
  t.match((await fastify.inject(call)).json(), { code: 'ROLLER_ERR_NANGO_REJECTED' })
})

test('ends a cooling-off by the clock', async (t) => {
  const clock = new ManualClock()
  const sandbox = await start(t, { clock, limits: { rest: 5 } })
  const fastify = await app(t, sandbox, { clock })
  const call = { url: '/roller/products', headers: { 'connection-id': sandbox.connectionId, 'roller-max-wait': '0' } }
  let response = await fastify.inject(call)
  for (let count = 0; count < 5 && response.statusCode === 200; count++) response = await fastify.inject(call)
  t.match(response.json(), { code: 'ROLLER_ERR_COOLING_OFF' })
  t.equal(sandbox.roller.penalties, 1)
  clock.advance(MINUTE)
  t.equal((await fastify.inject(call)).statusCode, 200)
})

test('delivers a webhook of ROLLER when it is due', async (t) => {
  const clock = new ManualClock()
  const sandbox = await start(t, { clock })
  const fastify = Fastify()
  const port = await freePort()
  t.teardown(() => fastify.close())
  await fastify.register(roller, {
    nango: { secretKey: sandbox.secretKey, host: sandbox.nango.url },
    rollerBaseUrl: sandbox.roller.url,
    authorize: 'open',
    publicUrl: `http://127.0.0.1:${port}`,
    rollerWebhookSecrets: ['a-secret-of-this-test-1234'],
    clock
  })
  const names: string[] = []
  fastify.roller.on('customer.updated', ({ name }) => { names.push(name) })
  await fastify.listen({ host: '127.0.0.1', port })
  t.equal((await fastify.inject({ method: 'POST', url: `/connections/${sandbox.connectionId}/webhooks` })).statusCode, 201)
  const [guestId] = sandbox.roller.venue('demo').guests.keys()
  sandbox.roller.perform('demo', 'PUT', `/guests/${guestId}`, { firstName: 'Ada', lastName: 'Smith', email: 'ada@example.com' })
  t.equal(await sandbox.roller.deliverDue(), 1)
  t.match(sandbox.roller.deliveries, [{ attempt: 0, status: 200 }])
  t.same(names, ['customer.updated'])
})

test('sends Nango\'s webhooks to the app', async (t) => {
  const sandbox = await start(t)
  const fastify = await app(t, sandbox, { prefix: '/api' })
  sandbox.sendWebhooksTo(`${await fastify.listen({ host: '127.0.0.1', port: 0 })}/api/`)
  const failed = new Promise((resolve) => { fastify.roller.on('connection.failed', resolve) })
  sandbox.roller.rejectCredentials('demo')
  sandbox.roller.revokeTokens('demo')
  const response = await fastify.inject({ url: '/api/roller/products', headers: { 'connection-id': sandbox.connectionId } })
  t.match(response.json(), { code: 'ROLLER_ERR_CREDENTIALS_REJECTED' })
  t.match(await failed, { name: 'connection.failed', connectionId: sandbox.connectionId })
})

test('connects more venues, each with its own data', async (t) => {
  const sandbox = await start(t, { seed: 7 })
  const fastify = await app(t, sandbox)
  const { connectionId, clientId, venue } = sandbox.connectVenue({ tags: { organization_id: 'acme' } })
  t.equal(clientId, connectionId)
  const { id, name } = await fastify.roller.request('GET /venues/me', { connectionId })
  t.equal(Number(id), venue.id)
  t.equal(name, venue.profile.name)
  t.not(venue.id, sandbox.roller.venue('demo').id)
  const { connections } = await fastify.roller.connections.list({ tags: { organization_id: 'acme' } })
  t.match(connections, [{ connectionId }])
})

test('generates the same venues from the same seed and clock', async (t) => {
  const seen = []
  for (const seed of [7, 7, 8]) {
    const { roller } = await start(t, { seed, clock: new ManualClock(Date.UTC(2026, 10, 25)) })
    seen.push([...roller.venue('demo').bookings.keys()].join())
  }
  t.equal(seen[0], seen[1])
  t.not(seen[0], seen[2])
})

test('passes options on to both simulators, and fails for a port in use', async (t) => {
  const secretKey = '7f9c2f5e-8a53-4c1b-9b1e-0c2d3e4f5a6b'
  const sandbox = await start(t, { secretKey, nango: { scopes: ['environment:connections:list'] }, roller: { limits: 'off' } })
  t.equal(sandbox.secretKey, secretKey)
  const response = await fetch(`${sandbox.nango.url}/integrations/roller`, { headers: { authorization: `Bearer ${secretKey}` } })
  t.equal(response.status, 403)
  await t.rejects(startSandbox({ port: Number(new URL(sandbox.nango.url).port) }), { code: 'EADDRINUSE' })
})

test('closes with await using', async (t) => {
  const sandbox = await startSandbox()
  await sandbox[Symbol.asyncDispose]()
  await t.rejects(fetch(sandbox.nango.url))
  await t.rejects(fetch(sandbox.roller.url))
})
