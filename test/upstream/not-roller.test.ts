import { test } from '../support/tap.ts'
import { build } from '../support/build.ts'
import { call, isProblem, stubNango } from './fixture.ts'

for (const status of [200, 302, 400, 403, 500, 502, 503]) {
  test(`rejects a page of HTML with ${status}`, async (t) => {
    const built = await build(t)
    built.nango.faults.always({ path: /^\/proxy/, kind: 'html', status })
    const response = await call(built)
    const detail = new RegExp(`${status} with an HTML page`)
    isProblem(t, built, response, { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network', detail })
    t.notMatch(response.payload, /doctype/i)
    t.equal(built.nango.requests.length, 3)
  })
}

test('passes on a page for a missing path', async (t) => {
  const built = await build(t)
  built.nango.faults.always({ path: /^\/proxy/, kind: 'html', status: 404 })
  const response = await call(built)
  t.match(response, { statusCode: 404, headers: { 'content-type': 'text/html', 'roller-answered-by': 'roller' } })
})

test('rejects endless headers', async (t) => {
  const stub = await stubNango(t, (_request, response) => {
    response.socket?.write(`HTTP/1.1 200 OK\r\n${`x-filler: ${'y'.repeat(50)}\r\n`.repeat(2_000)}\r\n`, () => {})
  })
  const built = await build(t, { options: { nango: { host: stub.url } } })
  isProblem(
    t, built, await call(built), { status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network', detail: /UND_ERR_HEADERS_OVERFLOW/ }
  )
})
