import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { test, type Test } from '../support/tap.ts'
import { CONNECTION_ID, listen, VENUE } from '../support/build.ts'
import { stubNango, until, type Stub } from './fixture.ts'

const HEAD = `Host: x\r\nConnection-Id: ${CONNECTION_ID}\r\n`
const LOUD = /"level":(40|50|60)/

function open (url: string, text: string | Buffer): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {})
  socket.write(text)
  return socket
}

/** A Nango that responds to /ok at once and leaves anything else to the test. */
async function setup (t: Test, serve: Parameters<typeof stubNango>[1], timeouts = {}) {
  let closed = 0
  const stub: Stub = await stubNango(t, (request, response) => {
    if (request.url === '/proxy/ok') return response.setHeader('content-type', 'application/json').end('{}')
    request.socket.once('close', () => { closed++ })
    serve(request, response)
  })
  const built = await listen(t, { options: { nango: { host: stub.url }, timeouts } })
  const alive = async (): Promise<void> => {
    t.equal((await fetch(`${built.url}/roller/ok`, { headers: VENUE })).status, 200, 'the next call works')
    t.notMatch(built.log(), LOUD, 'no error is logged')
  }
  return { ...built, stub, alive, closed: () => closed }
}

test('cancels the call at Nango when the client disconnects before the head', async (t) => {
  const { url, stub, closed, alive } = await setup(t, () => {})
  const socket = open(url, `GET /roller/x HTTP/1.1\r\n${HEAD}\r\n`)
  await until(() => stub.requests.length === 1)
  socket.destroy()
  await until(() => closed() === 1)
  await alive()
  t.equal(stub.requests.filter((request) => request.url === '/proxy/x').length, 1, 'and nothing is repeated for it')
})

test('cancels a download when the client disconnects', async (t) => {
  let written = 0
  const { url, closed, alive } = await setup(t, (_request, response) => {
    const block = Buffer.alloc(65_536)
    const more = (): void => { while (!response.destroyed && response.write(block)) written += block.length }
    response.on('drain', more).writeHead(200, { 'content-type': 'application/octet-stream' })
    more()
  })
  const socket = open(url, `GET /roller/x HTTP/1.1\r\n${HEAD}\r\n`)
  await new Promise((resolve) => socket.once('data', resolve))
  socket.destroy()
  await until(() => closed() === 1)
  t.ok(written < 64 * 1024 * 1024)
  await alive()
})

test('ends an upload when the client disconnects', async (t) => {
  const { url, stub, closed, alive } = await setup(t, (request) => { request.resume() })
  const socket = open(
    url, `POST /roller/x HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nContent-Length: 500000\r\n\r\n${'x'.repeat(100_000)}`
  )
  await until(() => stub.requests.length === 1)
  socket.destroy()
  await until(() => closed() === 1)
  await alive()
})

test('sends no call when the client disconnects before its body is complete', async (t) => {
  const { url, stub, alive } = await setup(t, () => {})
  for (const path of ['/bookings', '/x']) {
    const socket = open(url, `POST /roller${path} HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{`)
    await wait(30)
    socket.destroy()
  }
  await wait(30)
  t.equal(stub.requests.length, 0)
  await alive()
})

const FRAMINGS = {
  declared: 'Content-Length: 500000\r\n\r\nabc', chunked: `Transfer-Encoding: chunked\r\n\r\n11170\r\n${'x'.repeat(70_000)}`
}

for (const [kind, framing] of Object.entries(FRAMINGS)) {
  test(`survives a client that aborts a ${kind} upload while identify runs`, async (t) => {
    const stub = await stubNango(
      t, (_request, response) => { response.setHeader('content-type', 'application/json').end('{"connections":[]}') }
    )
    let requested = 0
    let release = (): void => {}
    const built = await listen(t, {
      options: {
        nango: { host: stub.url },
        identify: async () => {
          requested++
          await new Promise<void>((resolve) => { release = resolve })
          return { tags: { organization_id: 'demo' } }
        }
      }
    })
    const socket = open(built.url, `POST /roller/x HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\n${framing}`)
    await until(() => requested === 1)
    socket.destroy()
    await wait(30) // an error without a listener would end the process here
    release()
    await wait(30)
    t.same(stub.requests.filter((request) => request.url?.startsWith('/proxy')), [], 'and nothing is called for it')
  })
}

test('sends no call when the client disconnects during a hook of the host', async (t) => {
  const stub = await stubNango(t, (_request, response) => { response.setHeader('content-type', 'application/json').end('{}') })
  let requested = 0
  let release = (): void => {}
  const built = await listen(t, {
    options: { nango: { host: stub.url } },
    host: (app) => {
      app.addHook('preHandler', async () => {
        requested++
        await new Promise<void>((resolve) => { release = resolve })
      })
    }
  })
  const socket = open(built.url, `POST /roller/x HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`)
  await until(() => requested === 1)
  socket.destroy()
  await wait(30)
  release()
  await wait(30)
  t.same(stub.requests, [])
  t.notMatch(built.log(), LOUD)
})

test('ends a response whose client stops reading', async (t) => {
  const { url, closed } = await setup(t, (_request, response) => {
    response.on('error', () => {}).writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': 200_000_000 })
    const block = Buffer.alloc(65_536)
    const more = (): void => { while (!response.destroyed && response.write(block)); }
    response.on('drain', more)
    more()
  }, { idle: 200 })
  const socket = open(url, `GET /roller/x HTTP/1.1\r\n${HEAD}\r\n`)
  await new Promise((resolve) => socket.once('data', resolve))
  socket.pause()
  await until(() => closed() === 1)
  const ended = new Promise((resolve) => socket.once('close', resolve))
  socket.resume()
  await ended
  t.equal((await fetch(`${url}/roller/ok`, { headers: VENUE })).status, 200)
})
