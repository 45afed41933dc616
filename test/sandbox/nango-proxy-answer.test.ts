import { gzipSync } from 'node:zlib'
import { test } from '../support/tap.ts'
import { json, setup } from './nango-fixture.ts'

const HEADERS = { 'x-request-id': 'r1', 'x-mine': '1', 'access-control-allow-origin': 'https://roller.app', location: '/x/1' }

test('a buffered success becomes 200 and keeps four headers', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.answer = json(201, { id: 1 }, HEADERS)
  const { status, headers, text } = await proxy('/x', { method: 'POST' })
  t.match({ status, text, id: headers['x-request-id'] }, { status: 200, text: '{"id":1}', id: 'r1' })
  t.notOk(headers['x-mine'])
  t.notOk(headers.location)
})

test('newer servers keep the status and forward all headers', async (t) => {
  const { proxy, roller } = await setup(t, { preserveStatus: true, forwardAllHeaders: true })
  roller.answer = json(201, { id: 1 }, HEADERS)
  const { status, headers } = await proxy('/x', { method: 'POST' })
  t.match({ status, mine: headers['x-mine'], origin: headers['access-control-allow-origin'] }, { status: 201, mine: '1', origin: '*' })
})

test('204 stays 204', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.answer = (_req, res) => { res.writeHead(204).end() }
  t.equal((await proxy('/x', { method: 'DELETE' })).status, 204)
})

test('a chunked answer streams with its status and headers', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.answer = (_req, res) => {
    res.writeHead(202, { 'x-mine': '1' })
    res.write('one ')
    setTimeout(() => res.end('two'), 5)
  }
  const { status, headers, text } = await proxy('/x')
  t.match({ status, text, mine: headers['x-mine'] }, { status: 202, text: 'one two', mine: '1' })
})

test('a file keeps its disposition', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.answer = json(206, {}, { 'content-disposition': 'attachment; filename="x.json"' })
  const { status, headers } = await proxy('/x')
  t.match({ status, disposition: headers['content-disposition'] }, { status: 206, disposition: /^attachment/ })
})

test('a failure without a Content-Type is an HTML page, whatever its status, and keeps its headers', async (t) => {
  const { proxy, roller } = await setup(t)
  for (const status of [400, 401, 403, 404, 409, 422, 429, 500, 503]) {
    for (const body of ['', 'some text']) {
      roller.answer = (_req, res) => { res.writeHead(status, { 'retry-after': '3', etag: '"e"', 'content-length': body.length }).end(body) }
      const answer = await proxy('/x')
      t.match(answer, { status, text: body, headers: { 'content-type': 'text/html; charset=utf-8', 'retry-after': '3', etag: '"e"' } })
    }
  }
})

test('a failure keeps its type, with a charset added', async (t) => {
  const { proxy, roller } = await setup(t)
  for (const [type, expected] of [
    ['application/json', 'application/json; charset=utf-8'],
    ['application/problem+json; x=y', 'application/problem+json; charset=utf-8; x=y'],
    ['text/plain; charset=latin1', 'text/plain; charset=utf-8']
  ] as const) {
    roller.answer = json(409, { message: 'm' }, { 'content-type': type })
    t.equal((await proxy('/x')).headers['content-type'], expected)
  }
})

test('a 304 of ROLLER is passed on without a type', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.answer = (_req, res) => { res.writeHead(304, { etag: '"e"', 'x-foo': 'y' }).end() }
  const { status, headers } = await proxy('/x')
  t.match({ status, etag: headers.etag, foo: headers['x-foo'] }, { status: 304, etag: '"e"', foo: 'y' })
  t.notOk(headers['content-type'])
})

test('an empty 200 is a 200 with an ETag of Nango', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.answer = (_req, res) => { res.writeHead(200, { 'content-length': 0 }).end() }
  const { status, headers } = await proxy('/x')
  t.match({ status, headers }, {
    status: 200, headers: { 'content-type': 'application/octet-stream', 'content-length': '0', etag: /^W\// }
  })
})

test('a failure passes with status, body and Retry-After', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.answer = json(429, { message: 'slow down' }, { 'retry-after': '60' })
  const { status, headers, text } = await proxy('/x')
  t.match({ status, text, after: headers['retry-after'] }, { status: 429, text: '{"message":"slow down"}', after: '60' })
})

test('a compressed answer arrives plain', async (t) => {
  const { proxy, roller } = await setup(t)
  const body = gzipSync('{"plain":true}')
  roller.answer = (_req, res) => {
    res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': body.length }).end(body)
  }
  const { headers, text } = await proxy('/x')
  t.equal(text, '{"plain":true}')
  t.notOk(headers['content-encoding'])
})

test('an If-None-Match can get a 304 from Nango itself', async (t) => {
  const { proxy } = await setup(t)
  const { headers } = await proxy('/x')
  t.equal((await proxy('/x', { headers: { 'if-none-match': String(headers.etag) } })).status, 304)
})

test('a redirect is followed inside Nango', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.answer = (req, res) => {
    if (req.url === '/old') res.writeHead(302, { location: '/new' }).end()
    else json(200, { at: req.url })(req, res)
  }
  t.equal((await proxy('/old')).text, '{"at":"/new"}')
})

test('a redirect to another host is followed with the body and without the token', async (t) => {
  const { proxy, roller } = await setup(t)
  const other = await setup(t)
  roller.answer = (_req, res) => { res.writeHead(307, { location: `${other.roller.url}/stolen` }).end() }
  const headers = { 'content-type': 'application/octet-stream', 'nango-proxy-content-type': 'application/json' }
  t.equal((await proxy('/x', { method: 'POST', raw: '{"card":1}', headers })).status, 200)
  t.match(other.roller.calls, [{ method: 'POST', url: '/stolen', body: '{"card":1}' }])
  t.notOk(other.roller.calls[0]?.headers.authorization)
})

test('the sixth redirect ends the call', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.answer = (_req, res) => { res.writeHead(302, { location: '/again' }).end() }
  t.match(await proxy('/x'), { status: 500, json: { code: 'ERR_FR_TOO_MANY_REDIRECTS', method: 'get' } })
  t.equal(roller.calls.length, 6)
})
