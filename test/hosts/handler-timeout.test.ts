/** The host's `handlerTimeout`: Fastify answers, and the call at ROLLER ends too. */
import { test } from '../support/tap.ts'
import { listen, VENUE } from '../support/build.ts'
import { stubNango, until } from '../upstream/fixture.ts'

test('a request that the host ends cancels its call, which is not sent again', async (t) => {
  let closed = 0
  const stub = await stubNango(t, (request) => { request.socket.once('close', () => { closed++ }) })
  const { url } = await listen(t, { options: { nango: { host: stub.url } }, server: { handlerTimeout: 200 } as object })
  const response = await fetch(`${url}/roller/x`, { headers: VENUE })
  t.equal(response.status, 503)
  await until(() => closed === 1)
  t.equal(stub.requests.length, 1)
})

test('a request that is done in time is not touched', async (t) => {
  const { url, roller } = await listen(t, { server: { handlerTimeout: 60_000 } as object })
  const response = await fetch(`${url}/roller/venues/me`, { headers: VENUE })
  t.equal(response.status, 200)
  t.equal(roller.requests.filter(({ url }) => url === '/venues/me').length, 1)
})

test('a request with a body is not ended when its body has been read', async (t) => {
  const { url, roller } = await listen(t, { server: { handlerTimeout: 60_000 } as object })
  const headers = { ...VENUE, 'content-type': 'application/json', 'roller-validation': 'false' }
  for (const path of ['/roller/sandbox/echo', '/roller/bookings/draft/costs']) {
    const body = '{"items":[]}'
    const response = await fetch(url + path, { method: 'POST', headers, body })
    t.equal(response.headers.get('roller-answered-by'), 'roller', `${path}: ${await response.text()}`)
    t.equal(String(roller.requests.at(-1)?.body), body, path)
  }
})

test('a caller that disconnects after its body has been read cancels the call', async (t) => {
  let closed = 0
  const stub = await stubNango(t, (request) => { request.socket.once('close', () => { closed++ }) })
  const { url } = await listen(t, { options: { nango: { host: stub.url } }, server: { handlerTimeout: 200 } as object })
  const controller = new AbortController()
  const sent = fetch(`${url}/roller/x`, { method: 'POST', headers: VENUE, body: 'text', signal: controller.signal }).catch(() => null)
  await until(() => stub.requests.length === 1)
  controller.abort()
  await sent
  await until(() => closed === 1)
})
