import { gzipSync } from 'node:zlib'
import { test } from 'tap'
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
