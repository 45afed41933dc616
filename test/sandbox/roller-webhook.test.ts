import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type Test } from '../support/tap.ts'
import { bookingOf, DAY, HOUR, MINUTE, productId, start, TODAY, type Json } from './roller-fixture.ts'

interface Received { headers: IncomingHttpHeaders, event: Json }

async function receiver (t: Test): Promise<{ url: string, received: Received[], respond: (status: number) => void }> {
  const received: Received[] = []
  let status = 200
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => { chunks.push(chunk) }).on('end', () => {
      received.push({ headers: request.headers, event: JSON.parse(Buffer.concat(chunks).toString()) as Json })
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { server.close(); server.closeAllConnections() })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received, respond: (wanted) => { status = wanted } }
}

const subscription = (url: string, webhooks: Json): Json => ({ url, enabled: true, authentication: { apiKey: 'key-1' }, webhooks })

test('sends events with the api key, to subscribed webhooks only', async (t) => {
  const { roller, call } = await start(t)
  const { url, received } = await receiver(t)
  await call(
    'POST',
    '/webhooks',
    subscription(url, { booking: { events: ['Created'], include: { tickets: true } }, redemption: { events: ['Created'] } })
  )
  const made = await call('POST', '/bookings', bookingOf(productId(roller, 'Jump Session 60 Minutes'), 1, {}, TODAY))
  t.equal(await roller.deliverDue(), 1, 'the new guest is nobody\'s business')
  t.match(received[0]?.headers, { 'x-roller-apikey': 'key-1', 'content-type': /^application\/json/ })
  t.match(received[0]?.event, {
    id: /^[0-9a-f-]{36}$/,
    type: 'Booking',
    eventType: 'Created',
    eventDate: String,
    sendDate: String,
    data: {
      uniqueId: made.body['uniqueId']
    }
  })
  const data = received[0]?.event['data'] as Json
  t.notOk('payments' in data, 'kinds that are not subscribed are left out')
  const ticketId = roller.venue('demo').bookings.get(made.body['uniqueId'] as string)?.items[0]?.tickets[0]?.ticketId
  await call('POST', '/redemptions', { tickets: [{ ticketId }] })
  await roller.deliverDue()
  t.match(received[1]?.event, { type: 'Redemption', data: { redemptions: [{ ticketId }] } })
})

test('retries on the schedule after anything but 200, with the same id, then disables the webhook', async (t) => {
  const { roller, clock, call } = await start(t, { tokenTtl: 100 * 86_400 })
  const { url, received, respond } = await receiver(t)
  respond(202)
  const { body } = await call('POST', '/webhooks', subscription(url, { booking: { events: ['Created'] } }))
  await call('POST', '/bookings', bookingOf(productId(roller, 'Jump Session 60 Minutes'), 1))
  t.equal(await roller.deliverDue(), 1)
  for (const delay of [MINUTE, MINUTE, 15 * MINUTE, HOUR, DAY, 3 * DAY]) {
    clock.forward(delay - 1)
    t.equal(await roller.deliverDue(), 0)
    clock.forward(1)
    t.equal(await roller.deliverDue(), 1)
  }
  t.equal(new Set(received.map(({ event }) => event['id'])).size, 1)
  t.equal(roller.deliveries.length, 7)
  clock.forward(30 * DAY)
  t.equal(await roller.deliverDue(), 0)
  t.match((await call('GET', '/webhooks')).body, [{ webhookId: body['webhookId'], configuration: { enabled: false } }])
})

test('stops retrying after the first 200', async (t) => {
  const { roller, clock, call } = await start(t)
  const { url, received, respond } = await receiver(t)
  respond(500)
  await call('POST', '/webhooks', subscription(url, { customer: { events: ['Created', 'Updated'] } }))
  await call('POST', '/bookings', bookingOf(productId(roller, 'Jump Session 60 Minutes'), 1))
  await roller.deliverDue()
  respond(200)
  clock.forward(MINUTE)
  await roller.deliverDue()
  clock.forward(30 * DAY)
  t.equal(await roller.deliverDue(), 0)
  t.match(received.map(({ event }) => event['type']), ['Customer', 'Customer'])
})

test('reads, changes and deletes a webhook, and requires HTTPS', async (t) => {
  const { call } = await start(t)
  const wanted = subscription('https://example.com/hook', { booking: { events: ['Created'] } })
  t.equal((await call('POST', '/webhooks', { ...wanted, url: 'http://example.com/hook' })).status, 400)
  t.equal((await call('POST', '/webhooks', { ...wanted, webhooks: {} })).status, 400)
  const made = await call('POST', '/webhooks', wanted)
  t.match(
    made,
    { status: 201, body: { webhookId: Number, createdDate: String, configuration: { url: 'https://example.com/hook', enabled: true } } }
  )
  const path = `/webhooks/${made.body['webhookId'] as number}`
  t.equal((await call('PUT', path, { ...wanted, enabled: false })).status, 200)
  t.match((await call('GET', '/webhooks')).body, [{ configuration: { enabled: false } }])
  t.equal((await call('DELETE', path)).status, 200)
  t.equal((await call('DELETE', path)).status, 404)
})
