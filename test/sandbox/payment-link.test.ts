/** A payment link of the simulated ROLLER opens a page that accepts the payment. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type Test } from '../support/tap.ts'
import { bookingOf, connect, MINUTE, productId, start, type Json, type Send } from './roller-fixture.ts'

const visit = async (url: string, method = 'GET') => {
  const form = method === 'POST' ? { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: '' } : {}
  const response = await fetch(url, { method, ...form })
  return { status: response.status, type: response.headers.get('content-type'), html: await response.text() }
}

async function book (call: Send, product: number, more: Json = {}): Promise<string> {
  const { body } = await call('POST', '/bookings', bookingOf(product, 2, more))
  return `/bookings/${String(body['uniqueId'])}`
}

async function link (call: Send, booking: string, amount = 44): Promise<{ id: string, url: string }> {
  const { body } = await call('POST', `${booking}/payments/links`, { amount, email: 'robin.marsh@example.com' })
  return { id: String(body['id']), url: String(body['url']) }
}

async function events (t: Test, call: Send): Promise<Json[]> {
  const received: Json[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => { body += String(chunk) }).on('end', () => {
      received.push(JSON.parse(body) as Json)
      response.end()
    })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { server.close(); server.closeAllConnections() })
  await call('POST', '/webhooks', {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    enabled: true,
    authentication: { apiKey: 'key' },
    webhooks: { paymentLink: { events: ['Created', 'Updated', 'Cancelled'] } }
  })
  return received
}

test('accepts one payment of a link on its page', async (t) => {
  const { roller, call } = await start(t)
  const received = await events(t, call)
  const booking = await book(call, productId(roller, 'Jump Session 60 Minutes'))
  const { id, url } = await link(call, booking)
  t.match(await visit(url), { status: 200, type: 'text/html; charset=utf-8', html: /<button>Pay \$44\.00<\/button>/ })
  t.match((await call('GET', booking)).body, { status: 'PendingPayment' }, 'reading the page pays nothing')

  t.match(await visit(url, 'POST'), { status: 200, html: /has received \$44\.00/ })
  const { body } = await call('GET', booking)
  t.match(body, { status: 'Paid', remainder: 0, payments: [{ paymentMethod: 'CreditCard', total: 44 }] })
  const [payment] = body['payments'] as Json[]
  await roller.deliverDue()
  t.match(received.map(({ eventType }) => eventType), ['Created', 'Updated'])
  t.match(received[1], {
    type: 'PaymentLink',
    data: { id: Number(id), amount: 44, url, email: 'robin.marsh@example.com', bookingPaymentId: payment?.['bookingPaymentId'] }
  })

  t.match(await visit(url, 'POST'), { status: 409, html: /Already paid/ })
  t.match(await visit(url), { status: 409, html: /Already paid/ })
  t.equal(((await call('GET', booking)).body['payments'] as Json[]).length, 1)
})

test('accepts no payment for an unknown, cancelled or expired link', async (t) => {
  const { roller, clock, call } = await start(t)
  const jumper = productId(roller, 'Jump Session 60 Minutes')
  const unknown = `${roller.url}/pay/${roller.venue('demo').id}/1`
  for (const url of [unknown, `${roller.url}/pay/0/2500`, `${roller.url}/pay/%3Cb%3E/%3Cscript%3E`]) {
    for (const method of ['GET', 'POST']) t.match(await visit(url, method), { status: 404, html: /Unknown link/ }, `${method} ${url}`)
  }
  const booking = await book(call, jumper)
  const cancelled = await link(call, booking)
  await call('DELETE', `${booking}/payments/links/${cancelled.id}`)
  t.match(await visit(cancelled.url, 'POST'), { status: 410, html: /Link cancelled/ })

  const tentative = await link(call, await book(call, jumper, { externalId: 'tentative', automaticCancelHours: 1 }))
  clock.forward(60 * MINUTE)
  t.match(await visit(tentative.url, 'POST'), { status: 410, html: /Link expired/ })

  const late = await link(call, booking)
  await call('POST', `${booking}/payments`, { id: 'tx-1', paymentType: 'Cash', amount: 40 })
  t.match(await visit(late.url, 'POST'), { status: 409, html: /Nothing to pay/ })
  t.match((await call('GET', booking)).body, { status: 'PartiallyPaid', remainder: 4 })
})

test('escapes callers\' texts on the page, and shows the venue\'s currency', async (t) => {
  const { roller } = await start(t)
  const call = await connect(roller, 'elsewhere')
  const name = '<script>alert("1")</script>&\''
  const { url } = await link(call, await book(call, productId(roller, 'All Day Pass', 0, 'elsewhere'), { name }), 45)
  const { html } = await visit(url)
  t.notMatch(html, /<script/)
  t.match(html, '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;')
  const { locale, currency } = roller.venue('elsewhere').profile
  t.match(html, `Pay ${new Intl.NumberFormat(locale, { style: 'currency', currency }).format(45)}`)
})
