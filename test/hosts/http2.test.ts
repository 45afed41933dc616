/** A host that serves HTTP/2: the end of a stream is not that of a connection. */
import { connect, constants, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2'
import { once } from 'node:events'
import { test, type Test } from '../support/tap.ts'
import { CONNECTION_ID, listen } from '../support/build.ts'
import { stubNango, until } from '../upstream/fixture.ts'

async function setup (t: Test, serve: Parameters<typeof stubNango>[1]) {
  let closed = 0
  const stub = await stubNango(t, (request, response) => {
    request.socket.once('close', () => { closed++ })
    serve(request, response)
  })
  const { url } = await listen(t, { options: { nango: { host: stub.url } }, server: { http2: true } as object })
  const session = connect(url)
  t.teardown(() => session.destroy())
  return { session, stub, closed: () => closed }
}

const open = (session: ClientHttp2Session, method: string, path: string) =>
  session.request({ ':method': method, ':path': path, 'connection-id': CONNECTION_ID, 'content-type': 'application/json' })

test('a stream that the caller resets before the head cancels the call', async (t) => {
  const { session, stub, closed } = await setup(t, () => {})
  const stream = open(session, 'GET', '/roller/x')
  stream.on('error', () => {}).end()
  await until(() => stub.requests.length === 1)
  stream.close(constants.NGHTTP2_CANCEL)
  await until(() => closed() === 1)
  t.equal(stub.requests.length, 1, 'and nothing is sent again')
})

test('a stream that the caller resets in the middle of a download cancels it', async (t) => {
  const { session, closed } = await setup(t, (_request, response) => {
    const block = Buffer.alloc(65_536)
    const more = (): void => { while (!response.destroyed && response.write(block)); }
    response.on('drain', more).writeHead(200, { 'content-type': 'application/octet-stream' })
    more()
  })
  const stream = open(session, 'GET', '/roller/x')
  stream.on('error', () => {}).end()
  await once(stream, 'data')
  stream.close(constants.NGHTTP2_CANCEL)
  await until(() => closed() === 1)
})

test('a call that ends well cancels nothing, and streams bodies both ways', async (t) => {
  const { session, stub, closed } = await setup(t, (request, response) => {
    response.setHeader('content-type', 'application/json')
    request.pipe(response)
  })
  for (const size of [0, 10, 500_000]) {
    const body = JSON.stringify('x'.repeat(size))
    const stream = open(session, 'POST', '/roller/x')
    stream.end(body)
    const [headers] = await once(stream, 'response') as [IncomingHttpHeaders]
    let text = ''
    for await (const chunk of stream) text += String(chunk)
    t.equal(Number(headers[':status']), 200)
    t.ok(text === body, `${size} bytes`)
  }
  const empty = open(session, 'DELETE', '/connections/none')
  empty.end()
  t.equal(Number((await once(empty, 'response') as [IncomingHttpHeaders])[0][':status']), 204, 'a DELETE without a body')
  empty.close()
  t.equal(stub.requests.filter(({ url }) => url === '/proxy/x').length, 3)
  t.equal(closed(), 0)
})

test('a rejected delivery to ROLLER\'s webhook sets no header that HTTP/2 lacks', async (t) => {
  const warnings: string[] = []
  const note = ({ message }: Error): void => { warnings.push(message) }
  process.on('warning', note)
  t.teardown(() => process.off('warning', note))
  const { url } = await listen(t, { options: { rollerWebhookSecrets: ['s'.repeat(32)] }, server: { http2: true } as object })
  const session = connect(url)
  t.teardown(() => session.destroy())
  const stream = open(session, 'POST', '/webhooks/roller/demo-venue')
  stream.end('{}')
  const [head] = await once(stream, 'response') as [IncomingHttpHeaders]
  t.equal(head[':status'], 500)
  await new Promise((resolve) => { setImmediate(resolve) })
  t.same(warnings, [])
})
