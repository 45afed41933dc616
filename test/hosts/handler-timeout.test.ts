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
