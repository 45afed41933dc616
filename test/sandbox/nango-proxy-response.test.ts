import { gzipSync } from 'node:zlib'
import { test } from '../support/tap.ts'
import { json, setup } from './nango-fixture.ts'

const HEADERS = { 'x-request-id': 'r1', 'x-mine': '1', 'access-control-allow-origin': 'https://roller.app', location: '/x/1' }

test('returns 200 with four headers for a buffered success', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.respond = json(201, { id: 1 }, HEADERS)
  const { status, headers, text } = await proxy('/x', { method: 'POST' })
  t.match({ status, text, id: headers['x-request-id'] }, { status: 200, text: '{"id":1}', id: 'r1' })
  t.notOk(headers['x-mine'])
  t.notOk(headers.location)
})

test('keeps status and headers in newer servers', async (t) => {
  const { proxy, roller } = await setup(t, { preserveStatus: true, forwardAllHeaders: true })
  roller.respond = json(201, { id: 1 }, HEADERS)
  const { status, headers } = await proxy('/x', { method: 'POST' })
  t.match({ status, mine: headers['x-mine'], origin: headers['access-control-allow-origin'] }, { status: 201, mine: '1', origin: '*' })
})

test('keeps 204', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.respond = (_req, res) => { res.writeHead(204).end() }
  t.equal((await proxy('/x', { method: 'DELETE' })).status, 204)
})

test('streams a chunked response with its status and headers', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.respond = (_req, res) => {
    res.writeHead(202, { 'x-mine': '1' })
    res.write('one ')
    setTimeout(() => res.end('two'), 5)
  }
  const { status, headers, text } = await proxy('/x')
  t.match({ status, text, mine: headers['x-mine'] }, { status: 202, text: 'one two', mine: '1' })
})

test('keeps the Content-Disposition of a file', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.respond = json(206, {}, { 'content-disposition': 'attachment; filename="x.json"' })
  const { status, headers } = await proxy('/x')
  t.match({ status, disposition: headers['content-disposition'] }, { status: 206, disposition: /^attachment/ })
})

test('returns an HTML page with all headers for a failure without a Content-Type, whatever its status', async (t) => {
  const { proxy, roller } = await setup(t)
  for (const status of [400, 401, 403, 404, 409, 422, 429, 500, 503]) {
    for (const body of ['', 'some text']) {
      const headers = { 'retry-after': '3', etag: '"e"', 'content-length': body.length }
      roller.respond = (_req, res) => { res.writeHead(status, headers).end(body) }
      const response = await proxy('/x')
      t.match(response, { status, text: body, headers: { 'content-type': 'text/html; charset=utf-8', 'retry-after': '3', etag: '"e"' } })
    }
  }
})

test('keeps the type of a failure, and adds a charset', async (t) => {
  const { proxy, roller } = await setup(t)
  for (const [type, expected] of [
    ['application/json', 'application/json; charset=utf-8'],
    ['application/problem+json; x=y', 'application/problem+json; charset=utf-8; x=y'],
    ['text/plain; charset=latin1', 'text/plain; charset=utf-8']
  ] as const) {
    roller.respond = json(409, { message: 'm' }, { 'content-type': type })
    t.equal((await proxy('/x')).headers['content-type'], expected)
  }
})

test('passes a 304 of ROLLER on without a type', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.respond = (_req, res) => { res.writeHead(304, { etag: '"e"', 'x-foo': 'y' }).end() }
  const { status, headers } = await proxy('/x')
  t.match({ status, etag: headers.etag, foo: headers['x-foo'] }, { status: 304, etag: '"e"', foo: 'y' })
  t.notOk(headers['content-type'])
})

test('adds an ETag to an empty 200', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.respond = (_req, res) => { res.writeHead(200, { 'content-length': 0 }).end() }
  const { status, headers } = await proxy('/x')
  t.match({ status, headers }, {
    status: 200, headers: { 'content-type': 'application/octet-stream', 'content-length': '0', etag: /^W\// }
  })
})

test('passes a failure on with status, body and Retry-After', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.respond = json(429, { message: 'slow down' }, { 'retry-after': '60' })
  const { status, headers, text } = await proxy('/x')
  t.match({ status, text, after: headers['retry-after'] }, { status: 429, text: '{"message":"slow down"}', after: '60' })
})

test('decompresses a response', async (t) => {
  const { proxy, roller } = await setup(t)
  const body = gzipSync('{"plain":true}')
  roller.respond = (_req, res) => {
    res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': body.length }).end(body)
  }
  const { headers, text } = await proxy('/x')
  t.equal(text, '{"plain":true}')
  t.notOk(headers['content-encoding'])
})

test('returns its own 304 for a matching If-None-Match', async (t) => {
  const { proxy } = await setup(t)
  const { headers } = await proxy('/x')
  t.equal((await proxy('/x', { headers: { 'if-none-match': String(headers.etag) } })).status, 304)
})

test('follows a redirect', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.respond = (req, res) => {
    if (req.url === '/old') res.writeHead(302, { location: '/new' }).end()
    else json(200, { at: req.url })(req, res)
  }
  t.equal((await proxy('/old')).text, '{"at":"/new"}')
})

test('follows a redirect to another host with the body, without the token', async (t) => {
  const { proxy, roller } = await setup(t)
  const other = await setup(t)
  roller.respond = (_req, res) => { res.writeHead(307, { location: `${other.roller.url}/stolen` }).end() }
  const headers = { 'content-type': 'application/octet-stream', 'nango-proxy-content-type': 'application/json' }
  t.equal((await proxy('/x', { method: 'POST', raw: '{"card":1}', headers })).status, 200)
  t.match(other.roller.calls, [{ method: 'POST', url: '/stolen', body: '{"card":1}' }])
  t.notOk(other.roller.calls[0]?.headers.authorization)
})

test('fails at the sixth redirect', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.respond = (_req, res) => { res.writeHead(302, { location: '/again' }).end() }
  t.match(await proxy('/x'), { status: 500, json: { code: 'ERR_FR_TOO_MANY_REDIRECTS', method: 'get' } })
  t.equal(roller.calls.length, 6)
})
