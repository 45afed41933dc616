/** Events are forwarded with a signature: the target's 2xx becomes a 200 to ROLLER, and anything else is retried. */
import { Webhook } from 'standardwebhooks'
import { test } from '../support/tap.ts'
import type { AnyEvent } from 'fastify-roller'
import { createWebhookTarget } from '#service/http/webhook-target.js'
import { deliver, message, SECRET } from '../webhooks/fixture.ts'
import { KEY, service } from './fixture.ts'
import { NOW, target } from './target-server.ts'

const BEFORE = `whsec_${Buffer.from('the-secret-of-the-target-before!').toString('base64')}`

// the only fields that are read here
const event = {
  name: 'booking.created', id: '67d2ada6-10cc-4177-909d-430f3b2593d4', connectionId: 'venue', data: { name: 'Käse 🧀' }
} as unknown as AnyEvent

test('sends events that the standardwebhooks library verifies, with either secret during a rotation', async (t) => {
  const { url, received } = await target(t)
  const { send, close } = createWebhookTarget({ url, secrets: [NOW, BEFORE] })
  t.teardown(close)
  await send(event)
  const [{ path, headers, body } = { path: '', headers: {}, body: '' }] = received
  t.equal(path, '/hook?of=roller')
  t.match(headers, { 'content-type': 'application/json', 'webhook-id': event.id })
  for (const secret of [NOW, BEFORE]) t.strictSame(new Webhook(secret).verify(body, headers as Record<string, string>), event)
  t.throws(() => new Webhook(NOW).verify(body.replace('venue', 'other'), headers as Record<string, string>), 'a tampered byte')
  t.throws(
    () => new Webhook(`whsec_${Buffer.alloc(32).toString('base64')}`).verify(body, headers as Record<string, string>), 'another secret'
  )
})

test('sends an ambiguous id as its hash, the same each time', async (t) => {
  const { url, received } = await target(t)
  const { send, close } = createWebhookTarget({ url, secrets: [NOW] })
  t.teardown(close)
  for (const id of ['1.2', '1.2', 'é']) await send({ ...event, id })
  const ids = received.map(({ headers }) => headers['webhook-id'])
  t.match(ids, [/^[0-9a-f]{64}$/, ids[0], /^[0-9a-f]{64}$/])
  t.not(ids[0], ids[2])
})

test('accepts only a 2xx, and follows no redirect', async (t) => {
  const statuses = [200, 204, 299, 301, 307, 400, 410, 429, 500, 503]
  const { url, received } = await target(
    t, (response, count) => { response.writeHead(statuses[count - 1] ?? 0, { location: '/elsewhere' }).end('canary') }
  )
  const { send, close } = createWebhookTarget({ url, secrets: [NOW] })
  t.teardown(close)
  for (const status of statuses) {
    if (status < 300) await t.resolves(send(event), String(status))
    else await t.rejects(send(event), { message: `the webhook target answered ${status}` })
  }
  t.ok(received.every(({ path }) => path === '/hook?of=roller'))
})

test('times out on a silent or missing target, and logs nothing of the event', async (t) => {
  const { url } = await target(t, () => {})
  const silent = createWebhookTarget({ url, secrets: [NOW], timeoutMs: 50 })
  await t.rejects(silent.send(event), { message: 'the webhook target did not answer in time' })
  await silent.close()
  const unreachable = createWebhookTarget({ url: 'http://127.0.0.1:1/hook', secrets: [NOW] })
  t.teardown(unreachable.close)
  await t.rejects(unreachable.send(event), { message: 'the webhook target could not be reached (ECONNREFUSED)' })
})

test('uses the status without waiting for a long body', async (t) => {
  const { url } = await target(t, (response) => { response.writeHead(200).write('x'.repeat(100_000)) })
  const { send, close } = createWebhookTarget({ url, secrets: [NOW], timeoutMs: 500 })
  t.teardown(close)
  await t.resolves(send(event))
})

test('accepts ROLLER\'s deliveries without an API key, and passes the target\'s result on', async (t) => {
  const responses = [503, 200]
  const { url, received } = await target(t, (response, count) => { response.writeHead(responses[count - 1] ?? 200).end() })
  const { app } = await service(t, {
    API_KEYS: KEY,
    RATE_LIMIT: '1',
    ROLLER_WEBHOOK_SECRET: `${SECRET},another-secret-of-16`,
    PUBLIC_URL: 'https://gateway.example.com',
    WEBHOOK_TARGET_URL: url,
    WEBHOOK_TARGET_SECRET: NOW
  })
  const sent = message()
  t.strictSame(
    [(await deliver(app, sent)).statusCode, (await deliver(app, sent)).statusCode, (await deliver(app, sent)).statusCode], [503, 200, 200]
  )
  t.equal(received.length, 2)
  const [, { headers, body } = { headers: {}, body: '' }] = received
  t.match(
    new Webhook(NOW).verify(body, headers as Record<string, string>),
    { name: 'booking.created', id: sent.id, connectionId: 'demo-venue', venueId: String, data: sent.data }
  )
  t.equal((await app.inject({ url: '/connections/demo-venue/webhooks' })).statusCode, 401, 'everything else asks for a key')
})
