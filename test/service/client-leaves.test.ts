/** A client that leaves before its response has ended: its request is logged and counted like any other. */
import { setTimeout } from 'node:timers/promises'
import { request } from 'undici'
import { test } from '../support/tap.ts'
import { VENUE } from '../support/build.ts'
import { KEY, service, until } from './fixture.ts'

test('counts a request whose client leaves', async (t) => {
  const { app, nango } = await service(t, { API_KEYS: KEY })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const headers = { ...VENUE, authorization: `Bearer ${KEY}` }
  const stream = await request(`${url}/roller/sandbox/bytes/100000?chunked=1&seconds=60`, { headers })
  stream.body.on('error', () => {}).destroy()
  nango.faults.next({ path: /^\/proxy\/products/, kind: 'hang' })
  const leaving = new AbortController()
  const left = request(`${url}/roller/products`, { headers, signal: leaving.signal }).catch((error: unknown) => error)
  await until(() => nango.requests.some(({ url }) => url.startsWith('/proxy/products')))
  leaving.abort()
  await left
  const metrics = async (): Promise<string> => (await app.inject({ url: '/metrics', headers })).body
  const counts = [
    'roller_requests_total{operation="GET /*",status="aborted",layer="roller"} 1\n',
    'roller_requests_total{operation="GET /products",status="aborted",layer="gateway"} 1\n'
  ]
  let body = ''
  for (let turn = 0; turn < 100 && !counts.every((line) => body.includes(line)); turn++) {
    await setTimeout(10)
    body = await metrics()
  }
  for (const line of counts) t.match(body, line)
  t.notMatch(body, 'status="2xx",layer="roller"')
})
