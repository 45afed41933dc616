/** ROLLER may disable a webhook that returns anything but 200, 500, 503 or 504: every code path returns one of the first three. */
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { test } from '../support/tap.ts'
import { webhookKey } from '#plugin/webhooks/keys.js'
import { build, CONNECTION_ID, listen } from '../support/build.ts'
import { deliver, listener, message, PATH, SECRET } from './fixture.ts'

const options = { rollerWebhookSecrets: [SECRET] }
const key = { 'x-roller-apikey': webhookKey(SECRET, CONNECTION_ID) }

test('returns 200 for any delivery with a valid key', async (t) => {
  const { app } = await build(t, { options })
  const received = listener(app)
  const bodies: [string, string | Buffer, Record<string, string>][] = [
    ['not JSON', 'not { JSON', {}],
    ['JSON that is no message', '[1,2]', {}],
    ['null', 'null', {}],
    ['deeply nested', '['.repeat(50_000) + ']'.repeat(50_000), {}],
    ['another content type', JSON.stringify(message()), { 'content-type': 'text/xml' }],
    ['bytes', Buffer.from([0xff, 0xfe, 0]), { 'content-type': 'application/octet-stream' }],
    ['nearly as large as it may be', JSON.stringify(message({ data: 'x'.repeat(5 * 1024 * 1024 - 300) })), {}]
  ]
  for (const [what, body, headers] of bodies) {
    const response = await deliver(app, body, { headers })
    t.equal(response.statusCode, 200, what)
    t.match(response.headers, { 'cache-control': 'no-store', 'content-type': /^text\/plain/ })
  }
  t.equal(received.length, bodies.length)
  const bare = await app.inject({ method: 'POST', url: PATH, headers: key })
  t.equal(bare.statusCode, 200, 'no body, and so no content type')
  t.equal(received.at(-1)?.name, 'unknown.message')
})

test('returns 500 for a permanent failure', async (t) => {
  const { app } = await build(t, { options })
  const received = listener(app)
  t.equal((await deliver(app, 'x'.repeat(5 * 1024 * 1024 + 1))).statusCode, 500, 'too large')
  const unsigned = await deliver(app, message(), { key: null })
  t.match(unsigned, { statusCode: 500, headers: { connection: 'close' } }, 'no key: the body is not read')
  t.equal((await deliver(app, message(), { headers: { 'content-type': 'no type at all' } })).statusCode, 500, 'a content type that is none')
  t.equal((await deliver(app, message(), { headers: { 'content-encoding': 'gzip' } })).statusCode, 500, 'an encoding that nothing decodes')
  t.strictSame(received, [])
})

test('never returns 404 or 405, for any path below it or any method', async (t) => {
  const { app } = await build(t, { options })
  listener(app)
  for (
    const url of [PATH, `${PATH}/more/of/it`, `${PATH}/`, '/webhooks/roller/', '/webhooks/roller', `/webhooks/roller/${'long'.repeat(200)}`]
  ) {
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
      const response = await app.inject({ method, url })
      t.equal(response.statusCode, 500, `${method} ${url.slice(0, 60)}`)
      t.equal(response.headers['cache-control'], 'no-store')
    }
    if (url !== PATH) {
      t.equal((await app.inject({ method: 'POST', url, headers: key, payload: '{}' })).statusCode, 500, `POST ${url.slice(0, 60)}`)
    }
  }
  t.equal(
    (await app.inject({ method: 'DELETE', url: PATH, headers: { 'content-type': 'application/json' }, payload: '{' })).statusCode, 500,
    'with a body that is not read'
  )
})

test('returns 503 for a temporary failure', async (t) => {
  await t.test('of a handler', async (t) => {
    const { app } = await build(t, { options })
    app.roller.on('booking.created', () => { throw new Error('no room') })
    t.equal((await deliver(app, message())).statusCode, 503)
  })
  await t.test('of a handler that throws no Error', async (t) => {
    // eslint-disable-next-line prefer-promise-reject-errors
    const { app } = await build(t, { options: { ...options, onEvent: () => Promise.reject(undefined) } })
    t.equal((await deliver(app, message())).statusCode, 503)
  })
  await t.test('of one of several handlers', async (t) => {
    const { app } = await build(t, { options })
    const received = listener(app)
    app.roller.on('booking.*', async () => { throw new Error('no room') })
    t.equal((await deliver(app, message())).statusCode, 503)
    t.equal(received.length, 1)
  })
  await t.test('without a secret', async (t) => {
    const { app, log } = await build(t)
    listener(app)
    for (let count = 0; count < 3; count++) t.equal((await deliver(app, message())).statusCode, 503)
    t.equal(count(log(), 'webhooks are rejected'), 1, 'logged once')
  })
  await t.test('without a handler', async (t) => {
    const { app, log } = await build(t, { options })
    for (let count = 0; count < 3; count++) t.equal((await deliver(app, message())).statusCode, 503)
    t.equal(count(log(), 'have no handler'), 1, 'logged once')
    const received = listener(app)
    t.equal((await deliver(app, message())).statusCode, 200)
    t.equal(received.length, 1)
  })
  await t.test('while the same event is being handled', async (t) => {
    const { app } = await build(t, { options })
    let finish = (): void => {}
    const handled = new Promise<void>((resolve) => { finish = resolve })
    const begun = new Promise<void>((resolve) => { app.roller.on('*', async () => { resolve(); await handled }) })
    const event = message()
    const first = deliver(app, event)
    await begun
    t.equal((await deliver(app, event)).statusCode, 503)
    finish()
    t.equal((await first).statusCode, 200)
    t.equal((await deliver(app, event)).statusCode, 200, 'and then it is known')
  })
})

test('returns 503 while the app is closing', async (t) => {
  let [begin, go] = [(): void => {}, (): void => {}]
  const begun = new Promise<void>((resolve) => { begin = resolve })
  const release = new Promise<string>((resolve) => { go = () => resolve('done') })
  const { app, url } = await listen(
    t,
    { options, server: { return503OnClosing: false }, host: (app) => { app.get('/slow', async () => { begin(); return await release }) } }
  )
  const received = listener(app)
  const { port } = new URL(url)
  // A kept connection with a request in flight when closing begins.
  const socket = connect(Number(port), '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => { text += chunk.toString() })
  const body = JSON.stringify(message())
  socket.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n')
  await begun
  const closed = app.close()
  await new Promise(setImmediate)
  go()
  socket.write(
    `POST ${PATH} HTTP/1.1\r\nhost: x\r\nx-roller-apikey: ${key['x-roller-apikey']}\r\ncontent-type: application/json\r\ncontent-length: ` +
    `${body.length}\r\n\r\n${body}`
  )
  await new Promise((resolve) => socket.once('close', resolve))
  await closed
  t.match(text, /HTTP\/1.1 200 OK/)
  t.match(text, /HTTP\/1.1 503 [^]*shutting down/)
  t.strictSame(received, [])
})

test('survives an aborted delivery', async (t) => {
  const { app, url } = await listen(t, { options })
  const received = listener(app)
  const broken = httpRequest(url + PATH, { method: 'POST', headers: { ...key, 'content-length': 1000 } })
  broken.on('error', () => {})
  broken.write('{"id":')
  await new Promise((resolve) => setTimeout(resolve, 50))
  broken.destroy()
  t.equal((await deliver(app, message())).statusCode, 200)
  t.equal(received.length, 1)
})

test('overrides the status of a host\'s hook', async (t) => {
  const hosts: Record<string, (app: FastifyInstance) => void> = {
    'a login that sends away': (app) => { app.addHook('onRequest', async (_request, reply) => reply.code(401).send({ who: 'are you?' })) },
    'a login that redirects': (app) => { app.addHook('onRequest', async (_request, reply) => reply.redirect('/login')) },
    'a login that throws': (app) => {
      app.addHook('onRequest', async () => { throw Object.assign(new Error('who?'), { statusCode: 401 }) })
    },
    'a rate limit': (app) => {
      app.addHook('preHandler', async () => { throw Object.assign(new Error('slow down'), { statusCode: 429 }) })
    },
    'a hook that counts bytes': (app) => {
      app.addHook('preParsing', async () => { throw Object.assign(new Error('too many'), { statusCode: 413 }) })
    }
  }
  for (const [what, host] of Object.entries(hosts)) {
    const { app } = await build(t, { options, host })
    listener(app)
    const response = await deliver(app, message())
    t.equal(response.statusCode, 503, what)
    t.equal(response.headers.location, undefined)
    t.equal(response.body, 'not now')
  }
})

function count (text: string, part: string): number { return text.split(part).length - 1 }
