import { request } from 'node:http'
import { test } from '../support/tap.ts'
import { build, listen, VENUE } from '../support/build.ts'
import { bookingFor } from '../upstream/fixture.ts'

const JSON_TYPE = { ...VENUE, 'content-type': 'application/json' }

test('forwards a validated body byte for byte', async (t) => {
  const built = await build(t)
  const odd = '"unknownField" : 9007199254740993, "ratio":1.0, "tiny":1e-400,\n"caf\u00e9":"\\u0041"'
  const payload = bookingFor(built).replace('{"externalId"', `{ ${odd}, "externalId"`)
  const response = await built.app.inject({ method: 'POST', url: '/roller/bookings', headers: JSON_TYPE, payload })
  t.equal(response.headers['roller-answered-by'], 'roller')
  const { body, headers } = built.roller.requests.find(({ url }) => url === '/bookings') ?? { body: null, headers: {} }
  t.same(body, Buffer.from(payload))
  t.equal(headers['content-type'], 'application/json')
})

test('forwards any bytes of any type through the wildcard, for each method', async (t) => {
  const built = await build(t)
  const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index & 0xff))
  const bodies = [
    ['application/json', Buffer.from('{"a":9007199254740993,"b":1.0}')], ['text/csv; charset=x', bytes],
    ['application/octet-stream', Buffer.alloc(0)]
  ] as const
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
    for (const [type, payload] of bodies) {
      const headers = { ...VENUE, 'content-type': type }
      const { payload: response } = await built.app.inject({ method, url: '/roller/sandbox/echo', headers, payload })
      const echo = JSON.parse(response)
      t.same(Buffer.from(echo.bodyBase64, 'base64'), payload, `${method} ${type}`)
      t.equal(echo.headers['content-type'], type)
      t.equal(echo.method, method)
    }
  }
})

test('forwards a chunked body byte for byte, small or large', async (t) => {
  const { url, roller } = await listen(t)
  for (const size of [10, 65_536, 65_537, 400_000]) {
    const { port } = new URL(url)
    await new Promise<void>((resolve, reject) => {
      const call = request({ port, method: 'POST', path: '/roller/sandbox/echo', headers: JSON_TYPE })
      call.on('error', reject).on('response', (response) => { response.resume().on('end', resolve) })
      for (let left = size; left > 0; left -= 1_000) call.write(Buffer.alloc(Math.min(left, 1_000), left & 0xff))
      call.end()
    })
    const { body } = roller.requests.at(-1) ?? { body: Buffer.alloc(0) }
    t.equal(body.length, size)
    t.equal(body[0], size & 0xff)
  }
})

test('forwards a POST without a body as such', async (t) => {
  const built = await build(t)
  const { payload } = await built.app.inject({ method: 'POST', url: '/roller/sandbox/echo', headers: VENUE })
  t.match(JSON.parse(payload), { bodyLength: 0 })
})

test('forwards a query unchanged', async (t) => {
  const built = await build(t)
  const queries = ['?a=1&a=2&b', '?Date=2030-01-01&x=%2F..%2F&y=a+b%20c', '?x=;&&=&%', '?..//\\', '']
  for (const query of queries) {
    built.roller.faults.next({ path: /./, kind: 'status', status: 200, body: '{}' })
    await built.app.inject({ url: `/roller/x${query}`, headers: VENUE })
  }
  t.same(built.nango.requests.map(({ url }) => url), queries.map((query) => `/proxy/x${query}`))
})
