/** Registering at ROLLER: one registration for each connection and address, however often it is requested. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { test } from '../support/tap.ts'
import { webhookKey } from '#plugin/webhooks/keys.js'
import { rollerEvents } from '#plugin/webhooks/roller-events.js'
import { build, CONNECTION_ID, callsAtRoller } from '../support/build.ts'
import { deliver, listener, PREVIOUS, SECRET } from './fixture.ts'

const publicUrl = 'https://gateway.example.com'
const options = { publicUrl, rollerWebhookSecrets: [SECRET, PREVIOUS] }
const URL = `/connections/${CONNECTION_ID}/webhooks`
const HOOK = `${publicUrl}/webhooks/roller/${CONNECTION_ID}`

interface Registered {
  readonly webhookId: number, readonly configuration: { readonly url: string, readonly authentication: { readonly apiKey: string } }
}

test('subscribes to all events, with the key of the connection', async (t) => {
  const { app, roller } = await build(t, { options })
  const response = await app.inject({ method: 'POST', url: URL })
  t.equal(response.statusCode, 201)
  t.match(response.json(), { webhookId: Number, url: HOOK, webhooks: { booking: { events: ['Created', 'Updated', 'Cancelled'] } } })
  t.strictSame(Object.keys(response.json().webhooks), ['booking', 'redemption', 'customer', 'bulkExport', 'signedWaiver', 'paymentLink'])
  const [webhook] = [...roller.venue('demo').webhooks.values()]
  t.match(webhook?.configuration, { url: HOOK, enabled: true, authentication: { apiKey: webhookKey(SECRET, CONNECTION_ID) } })
})

test('requests by default every event of the table, and of the documents', async (t) => {
  const { app } = await build(t, { options })
  const { webhooks } = await app.roller.webhooks.subscribe(CONNECTION_ID)
  const ordered = Object.entries(webhooks).flatMap(([kind, { events = [] }]) => events.map((event) => `${kind}.${event.toLowerCase()}`))
  t.same(ordered, Object.entries(rollerEvents).flatMap(([kind, { events }]) => events.map((event) => `${kind}.${event.toLowerCase()}`)))
  const reference = await readFile(fileURLToPath(import.meta.resolve('#root/docs/reference.md')), 'utf8')
  const documented = [...reference.matchAll(/^\| `(\w+\.\w+)` \| `[A-Z]\w+` \|/gm)].map(([, name = '']) => name)
  t.same(ordered, documented)
})

test('subscribes to the rest if ROLLER rejects events of payment links beyond its schema', async (t) => {
  const { app, roller } = await build(t, { options })
  roller.faults.next({ kind: 'status', method: 'POST', path: /webhooks/, status: 400, body: { message: 'events' } })
  const { webhooks } = await app.roller.webhooks.subscribe(CONNECTION_ID)
  t.match(webhooks, { booking: { events: ['Created', 'Updated', 'Cancelled'] } })
  t.same(webhooks.paymentLink, { events: ['Created'] })
  roller.faults.next({ kind: 'status', method: 'PUT', path: /webhooks/, status: 400, body: { message: 'url' } })
  await t.rejects(
    app.roller.webhooks.subscribe(CONNECTION_ID, { paymentLink: { events: ['Updated'] } }), { code: 'ROLLER_ERR_REFUSED' },
    'the requested kinds do not change'
  )
  roller.faults.next({ kind: 'status', method: 'PUT', path: /webhooks/, status: 409, body: {} })
  await t.rejects(app.roller.webhooks.subscribe(CONNECTION_ID), { code: 'ROLLER_ERR_REFUSED' }, 'nor after another rejection')
})

test('updates and enables an existing registration', async (t) => {
  const { app, roller } = await build(t, { options })
  const first = (await app.inject({ method: 'POST', url: URL })).json()
  const [webhook] = [...roller.venue('demo').webhooks.values()]
  if (webhook !== undefined) webhook.disabled = true
  t.match((await app.inject({ url: URL })).json(), { subscriptions: [{ webhookId: first.webhookId, url: HOOK, enabled: false }] })

  const wanted = { booking: { events: ['Created'], include: { tickets: true }, filter: { productIds: [1] } } }
  const second = await app.inject({ method: 'POST', url: URL, payload: { webhooks: wanted } })
  t.equal(second.statusCode, 201)
  t.strictSame(second.json(), { webhookId: first.webhookId, url: HOOK, enabled: true, webhooks: wanted })
  t.equal(roller.venue('demo').webhooks.size, 1)
  t.strictSame((await app.inject({ url: URL })).json(), { subscriptions: [second.json()] })
})

test('deletes duplicates, and keeps registrations of others', async (t) => {
  const { app, roller } = await build(t, { options })
  const call = (url: string) => app.roller.request('POST /webhooks', {
    connectionId: CONNECTION_ID,
    body: { url, enabled: true, authentication: { apiKey: 'k' }, webhooks: { customer: { events: ['Created'] } } }
  })
  const others = ['https://crm.example.com/hook', `${HOOK}-2`, 'https://staging.example.com/webhooks/roller/demo-venue']
  for (const url of [...others, HOOK, HOOK, `${publicUrl}:443/webhooks/roller/${CONNECTION_ID}`]) await call(url)
  t.equal((await app.inject({ url: URL })).json().subscriptions.length, 3)
  await app.inject({ method: 'POST', url: URL })
  const left = await app.roller.request('GET /webhooks', { connectionId: CONNECTION_ID }) as unknown as Registered[]
  t.strictSame(left.map(({ configuration }) => configuration.url), [...others, HOOK])
  t.equal((await app.inject({ method: 'DELETE', url: URL })).statusCode, 204)
  t.equal((await app.inject({ method: 'DELETE', url: URL })).statusCode, 204, 'nothing is left to take away')
  t.equal(roller.venue('demo').webhooks.size, others.length)
})

test('never returns the key', async (t) => {
  const { app } = await build(t, { options })
  const key = webhookKey(SECRET, CONNECTION_ID)
  for (const method of ['POST', 'GET'] as const) t.notMatch((await app.inject({ method, url: URL })).body, key)
})

test('accepts the old key after a rotation until the next subscription', async (t) => {
  const { app, roller } = await build(t, { options: { ...options, rollerWebhookSecrets: [PREVIOUS] } })
  await app.roller.webhooks.subscribe(CONNECTION_ID)
  const [webhook] = [...roller.venue('demo').webhooks.values()]
  const keyNow = (): string => (webhook?.configuration as { authentication: { apiKey: string } }).authentication.apiKey
  const rotated = await build(t, { options, nango: { rollerUrl: roller.url } })
  listener(rotated.app)
  t.equal((await deliver(rotated.app, {}, { key: keyNow() })).statusCode, 200)
  await rotated.app.roller.webhooks.subscribe(CONNECTION_ID)
  t.equal(keyNow(), webhookKey(SECRET, CONNECTION_ID))
  t.equal((await deliver(rotated.app, {}, { key: keyNow() })).statusCode, 200)
})

test('creates a subscription again that was deleted meanwhile', async (t) => {
  const { app, roller } = await build(t, { options })
  await app.roller.webhooks.subscribe(CONNECTION_ID)
  roller.faults.next({ kind: 'status', method: 'PUT', path: /webhooks/, status: 404, body: { message: 'Webhook not found' } })
  const { webhookId } = await app.roller.webhooks.subscribe(CONNECTION_ID)
  t.ok(webhookId > 1)
  t.equal((await app.roller.webhooks.list(CONNECTION_ID)).length, 2, 'the simulator only reported it as gone')
})

test('uses an address with the prefix and the encoded id', async (t) => {
  const { app } = await build(t, { options: { ...options, publicUrl: 'https://example.com/outside/', prefix: '/api/' } })
  const { url } = await app.roller.webhooks.subscribe(CONNECTION_ID)
  t.equal(url, `https://example.com/outside/api/webhooks/roller/${CONNECTION_ID}`)
})

test('names the missing setting without a public address or a secret', async (t) => {
  for (const missing of ['publicUrl', 'rollerWebhookSecrets'] as const) {
    const { app, roller, nango } = await build(t, { options: { ...options, [missing]: undefined } })
    const response = await app.inject({ method: 'POST', url: URL })
    t.equal(response.statusCode, 501)
    t.match(
      response.json(),
      {
        code: 'ROLLER_ERR_NOT_CONFIGURED',
        layer: 'gateway',
        hint: /publicUrl and rollerWebhookSecrets.*PUBLIC_URL and ROLLER_WEBHOOK_SECRET/
      }
    )
    t.strictSame(callsAtRoller({ roller, nango }), [], 'ROLLER is not called')
  }
})

test('rejects a body that ROLLER would reject, without a call', async (t) => {
  const { app, roller, nango } = await build(t, { options })
  for (
    const payload of [
      { webhooks: {} }, { webhooks: { booking: { events: ['Deleted'] } } }, { webhooks: { bookings: { events: ['Created'] } } },
      { url: 'https://evil.example' }
    ]
  ) {
    const response = await app.inject({ method: 'POST', url: URL, payload })
    t.equal(response.statusCode, 400, JSON.stringify(payload))
    t.equal(response.json().code, 'ROLLER_ERR_VALIDATION')
  }
  t.strictSame(callsAtRoller({ roller, nango }), [])
})

test('requires the scope for webhooks, and the caller\'s own connection', async (t) => {
  const requested: unknown[] = []
  const { app } = await build(t, {
    options: {
      ...options,
      authorize: (request, context) => { requested.push(context); return request.headers.role === 'admin' },
      identify: () => ({ tags: { organization_id: 'someone-else' } })
    }
  })
  for (const method of ['POST', 'GET', 'DELETE'] as const) {
    t.equal((await app.inject({ method, url: URL })).statusCode, 403)
    t.equal((await app.inject({ method, url: URL, headers: { role: 'admin' } })).json().code, 'ROLLER_ERR_CONNECTION_UNKNOWN')
    t.match(requested.at(-1), { connectionId: CONNECTION_ID, operation: `${method} /connections/{id}/webhooks`, scope: 'webhooks' })
  }
})

test('deletes the registration before a disconnect', async (t) => {
  const { app, roller } = await build(t, { options })
  await app.roller.webhooks.subscribe(CONNECTION_ID)
  t.equal((await app.inject({ method: 'DELETE', url: `/connections/${CONNECTION_ID}` })).statusCode, 204)
  t.equal(roller.venue('demo').webhooks.size, 0)
})
