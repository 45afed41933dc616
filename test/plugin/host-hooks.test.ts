/** The host's hooks apply to the plugin's responses too: small, large, streamed and rejected. */
import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import { Transform, type Readable } from 'node:stream'
import { test } from '../support/tap.ts'
import { build, listen, VENUE } from '../support/build.ts'

const URLS = [
  '/roller/venues/me', '/roller/sandbox/bytes/300000?chunked=1', '/roller/token', '/connections', '/connections/unknown'
] as const

test('keeps the host\'s CORS, security headers and request id on every response, without Nango\'s', async (t) => {
  const { url } = await listen(t, {
    host: async (app) => {
      await app.register(cors, { origin: 'https://app.example.com', credentials: true })
      await app.register(helmet, { frameguard: { action: 'deny' } })
      app.addHook('onSend', async (request, reply) => { reply.header('x-request-id', request.id) })
    }
  })
  for (const path of URLS) {
    const { headers } = await fetch(url + path, { headers: { ...VENUE, origin: 'https://app.example.com' } })
    t.equal(headers.get('access-control-allow-origin'), 'https://app.example.com', path)
    t.equal(headers.get('x-frame-options'), 'DENY', path)
    t.match(headers.get('x-request-id'), /^req-/, path)
    t.match(headers.get('content-security-policy'), /default-src 'self';base-uri/, path)
  }
  const preflight = await fetch(
    `${url}/roller/venues/me`, { method: 'OPTIONS', headers: { origin: 'https://app.example.com', 'access-control-request-method': 'GET' } }
  )
  t.equal(preflight.status, 204)
})

test('lets an onSend hook replace the payload of a small and a streamed response', async (t) => {
  const upper = (): Transform => new Transform(
    { transform (chunk: Buffer, _encoding, done) { done(null, Buffer.from(chunk.map((byte) => byte ^ 1))) } }
  )
  const { app } = await build(t, {
    host: (app) => {
      app.addHook('onSend', async (request, reply, payload) => {
        reply.removeHeader('content-length')
        if (typeof payload === 'string' || Buffer.isBuffer(payload)) return `[${payload.toString()}]`
        return request.url.includes('bytes') ? (payload as Readable).pipe(upper()) : payload
      })
    }
  })
  t.match((await app.inject({ url: '/roller/venues/me', headers: VENUE })).body, /^\[\{.*\}\]$/s)
  t.match((await app.inject({ url: '/connections' })).body, /^\[\{"connections":.*\}\]$/)
  const plain = await build(t)
  const path = '/roller/sandbox/bytes/300000?chunked=1'
  const [changed, original] = [
    (await app.inject({ url: path, headers: VENUE })).rawPayload, (await plain.app.inject({ url: path, headers: VENUE })).rawPayload
  ]
  t.equal(original.length, 300_000)
  t.ok(changed.equals(Buffer.from(original.map((byte) => byte ^ 1))), 'every byte went through the hook')
})

test('runs onResponse once for each request, with the status', async (t) => {
  const seen: [url: string, status: number][] = []
  const { url } = await listen(
    t, { host: (app) => { app.addHook('onResponse', async (request, reply) => { seen.push([request.url, reply.statusCode]) }) } }
  )
  for (const path of URLS) await (await fetch(url + path, { headers: VENUE })).arrayBuffer()
  for (let turn = 0; turn < 100 && seen.length < URLS.length; turn++) await new Promise((resolve) => { setTimeout(resolve, 5) })
  t.same(seen, URLS.map((path, index) => [path, [200, 200, 403, 200, 404][index]]))
})
