import { createHash } from 'node:crypto'
import { request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { test } from '../support/tap.ts'
import { build, callsAtRoller, listen, VENUE } from '../support/build.ts'
import { isProblem, type Response } from '../upstream/fixture.ts'

interface Upload { readonly url: string, readonly path: string, readonly size: number, readonly declared: boolean }

/** Sends as fast as possible, and reads the response whenever it arrives. */
async function upload ({ url, path, size, declared }: Upload): Promise<Response> {
  const headers = { ...VENUE, 'content-type': 'application/json', ...(declared && { 'content-length': size }) }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const call = request({ port: new URL(url).port, method: 'POST', path, headers }, resolve).on('error', reject)
    Readable.from(blocks(size)).pipe(call)
  })
  let payload = ''
  for await (const chunk of response) payload += String(chunk)
  return { statusCode: response.statusCode ?? 0, headers: response.headers, payload }
}

function * blocks (size: number): Generator<Buffer> {
  const block = Buffer.alloc(65_536, 'x')
  for (let left = size; left > 0; left -= block.length) yield left >= block.length ? block : block.subarray(0, left)
}

const TOO_LARGE = { status: 413, code: 'ROLLER_ERR_BODY_TOO_LARGE', layer: 'caller' } as const

for (const declared of [true, false]) {
  test(`rejects a ${declared ? 'declared' : 'chunked'} body over the limit with 413`, async (t) => {
    const built = await listen(t, { options: { bodyLimit: 1_000, streamLimit: 200_000 } })
    const send = (path: string, size: number): Promise<Response> => upload({ url: built.url, path, size, declared })
    isProblem(t, built, await send('/roller/bookings', 1_001), { ...TOO_LARGE, detail: /1000 bytes/ })
    isProblem(t, built, await send('/roller/bookings', 300_000), TOO_LARGE)
    const streamed = await send('/roller/sandbox/count', 200_001)
    isProblem(t, built, streamed, { ...TOO_LARGE, detail: /200000 bytes/ })
    t.equal(streamed.headers['connection'], 'close', 'the rest of the body is not read')
    t.same(callsAtRoller(built), [])
    const response = await send('/roller/sandbox/count', 200_000)
    t.match(JSON.parse(response.payload), { bytes: 200_000 }, 'and one of exactly the limit passes')
    t.equal(built.nango.requests.at(-1)?.headers['content-length'], declared ? '200000' : undefined)
  })
}

test('rejects a declared length over the limit before the body arrives', async (t) => {
  const built = await build(t, { options: { bodyLimit: 1_000, streamLimit: 200_000 } })
  for (const [url, length] of [['/roller/bookings', '1001'], ['/roller/sandbox/count', '200001']] as const) {
    const headers = { ...VENUE, 'content-type': 'application/json', 'content-length': length }
    const response = await built.app.inject({ method: 'POST', url, headers, payload: new Readable({ read () {} }) })
    isProblem(t, built, response, TOO_LARGE)
  }
})

test('streams a 60 MB upload', async (t) => {
  const { url } = await listen(t)
  const size = 60_000_000
  const hash = createHash('sha256')
  for (const block of blocks(size)) hash.update(block)
  const response = await upload({ url, path: '/roller/sandbox/count', size, declared: true })
  t.same(JSON.parse(response.payload), { bytes: size, sha256: hash.digest('hex') })
})

test('reads a rejected upload to its end, and reuses the connection', async (t) => {
  const built = await listen(t)
  const { port } = new URL(built.url)
  const socket = connect(Number(port), '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => { text += String(chunk) })
  const seen = async (pattern: RegExp): Promise<void> => {
    for (let count = 0; count < 1_000 && !pattern.test(text); count++) await new Promise((resolve) => { setTimeout(resolve, 5) })
    t.match(text, pattern)
    text = ''
  }
  const head = 'Host: x\r\nConnection-Id: demo-venue\r\n'
  socket.write(`POST /roller/%2e%2e/x HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: 3000000\r\n\r\n`)
  socket.write(Buffer.alloc(3_000_000, 'x'))
  socket.write(`GET /roller/sandbox/echo HTTP/1.1\r\n${head}\r\n`)
  await seen(/ROLLER_ERR_PATH[^]*HTTP\/1.1 200 OK/)
  socket.destroy()
})

test('rejects invalid or deeply nested JSON of a validated operation with 400', async (t) => {
  const built = await build(t)
  const endless = ['['.repeat(400_000) + ']'.repeat(400_000), '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)]
  const headers = { ...VENUE, 'content-type': 'application/json' }
  for (const payload of ['{', 'null', '[]', '"x"', 'NaN', '\u0000', '{"a":1}}', ...endless]) {
    const response = await built.app.inject({ method: 'POST', url: '/roller/bookings', headers, payload })
    isProblem(t, built, response, { status: 400, code: 'ROLLER_ERR_VALIDATION', layer: 'caller' })
    t.match(JSON.parse(response.payload).errors, [{ pointer: /^\/body/ }])
  }
  t.same(built.nango.requests, [])
})

test('forwards a body of another type, which ROLLER rejects', async (t) => {
  const built = await build(t)
  const payload = '{"externalId":"a","customer":{},"items":[]}'
  const response = await built.app.inject({
    method: 'POST', url: '/roller/bookings', headers: { ...VENUE, 'content-type': 'text/plain', 'roller-validation': 'false' }, payload
  })
  t.match(response, { statusCode: 415, headers: { 'roller-answered-by': 'roller' } })
})
