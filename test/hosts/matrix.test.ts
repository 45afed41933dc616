/** Each host of the matrix makes the same ten calls. */
import { execFileSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { readFileSync, mkdtempSync, rmSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:http2'
import { request as httpsRequest } from 'node:https'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import tap, { test, type Test } from '../support/tap.ts'
import { SECRET_KEY, VENUE } from '../support/build.ts'
import { stubNango, until } from '../upstream/fixture.ts'
import { hostCalls, hostRows, type HostRow } from './matrix.ts'

tap.setTimeout(180_000)

const require = createRequire(import.meta.url)
const LARGE = 1_000_000
const SIGNING_KEY = 'signing-key-of-the-matrix'

type Call = (method: string, path: string, headers?: Record<string, string>, body?: string, signal?: AbortSignal) =>
Promise<{ readonly status: number, readonly body: string }>

function certificate (): { key: string, cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'hosts-'))
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')]
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-days', '1', '-keyout', key, '-out', cert]
  execFileSync('openssl', args, { stdio: 'ignore' })
  const pair = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  rmSync(folder, { recursive: true })
  return pair
}

async function startHost (t: Test, row: HostRow, nangoUrl: string): Promise<{ app: FastifyInstance, call: Call }> {
  const name = row.fastify === 'newest' ? 'fastify' : `fastify-${row.fastify}`
  const load = async (module: string): Promise<unknown> => row.modules === 'CommonJS' ? require(module) : (await import(module)).default
  const Fastify = await load(name) as (options: object) => FastifyInstance
  const server = row.server === 'HTTPS' ? { https: certificate() } : row.server === 'HTTP/2' ? { http2: true } : {}
  const app = Fastify(server)
  t.teardown(() => app.close())
  const host = async (): Promise<void> => {
    for (const plugin of row.plugins) await app.register((await import(`@fastify/${plugin}`)).default)
    app.get('/own', async () => 'own')
  }
  await app.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'The host', version: '1' } } })
  if (row.order === 'before') await host()
  await app.register(await load('fastify-roller') as never, {
    prefix: '/api',
    nango: { secretKey: SECRET_KEY, host: nangoUrl, webhookSigningKeys: [SIGNING_KEY] },
    authorize: 'open',
    verifyVenues: false
  } as never)
  if (row.order === 'after') await host()
  if (row.server === 'inject') {
    await app.ready()
    const call: Call = async (method, url, headers = {}, payload, signal) => {
      const response = await app.inject({
        method: method as 'GET', url, headers, ...(payload !== undefined && { payload }), ...(signal !== undefined && { signal })
      })
      return { status: response.statusCode, body: response.body }
    }
    return { app, call }
  }
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, call: row.server === 'HTTP/2' ? overHttp2(t, url) : overHttp1(url) }
}

function overHttp1 (url: string): Call {
  const send = url.startsWith('https') ? httpsRequest : httpRequest
  return async (method, path, headers = {}, body, signal) => await new Promise((resolve, reject) => {
    const options = { method, headers, rejectUnauthorized: false, ...(signal !== undefined && { signal }) }
    const request = send(url + path, options, (response: IncomingMessage) => {
      let text = ''
      response.on('data', (chunk) => { text += String(chunk) })
        .on('end', () => resolve({ status: response.statusCode ?? 0, body: text })).on('error', reject)
    })
    request.on('error', reject).end(body)
  })
}

function overHttp2 (t: Test, url: string): Call {
  const session = connect(url)
  t.teardown(() => session.destroy())
  return async (method, path, headers = {}, body, signal) => await new Promise((resolve, reject) => {
    const stream = session.request({ ':method': method, ':path': path, ...headers }, { ...(signal !== undefined && { signal }) })
    let [status, text] = [0, '']
    stream.on('response', (head) => { status = Number(head[':status']) }).on('data', (chunk) => { text += String(chunk) })
      .on('end', () => resolve({ status, body: text })).on('error', reject).end(body)
  })
}

for (const row of hostRows) {
  test(`Fastify ${row.fastify}, ${row.modules}, ${row.server}, ${row.plugins.join(' and ')} ${row.order} it`, async (t) => {
    let closed = 0
    const stub = await stubNango(t, (request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://x')
      response.setHeader('content-type', 'application/json')
      if (pathname === '/proxy/never') request.socket.once('close', () => { closed++ })
      else if (pathname === '/proxy/download') response.end(JSON.stringify('x'.repeat(LARGE)))
      else if (pathname === '/proxy/echo') request.pipe(response)
      else if (pathname === '/connect/sessions') {
        const data = { token: 'session-token', connect_link: 'https://connect.nango.dev/?x=1', expires_at: '2027-01-01T00:00:00.000Z' }
        response.writeHead(201).end(JSON.stringify({ data }))
      } else response.end('{}')
    })
    const { app, call } = await startHost(t, row, stub.url)
    const json = { ...VENUE, 'content-type': 'application/json' }
    const tried: Record<typeof hostCalls[number], () => Promise<void>> = {
      GET: async () => { t.match(await call('GET', '/api/roller/venues/me', VENUE), { status: 200, body: '{}' }) },
      'validated POST': async () => {
        t.match(await call('POST', '/api/roller/bookings', json, '{"items":"none"}'), { status: 400, body: 'ROLLER_ERR_VALIDATION' })
      },
      'streamed POST': async () => {
        const body = JSON.stringify('y'.repeat(LARGE))
        const result = await call('POST', '/api/roller/echo', json, body)
        t.ok(result.status === 200 && result.body === body, `streamed back: ${result.status}`)
      },
      'bodyless DELETE': async () => { t.match(await call('DELETE', '/api/connections/none', json), { status: 204 }) },
      HEAD: async () => { t.match(await call('HEAD', '/api/roller/venues/me', VENUE), { status: 200, body: '' }) },
      download: async () => { t.equal((await call('GET', '/api/roller/download', VENUE)).body.length, LARGE + 2) },
      'cancelled call': async () => {
        const controller = new AbortController()
        const given = call('GET', '/api/roller/never', VENUE, undefined, controller.signal).catch(() => null)
        await until(() => stub.requests.some(({ url }) => url === '/proxy/never'))
        controller.abort()
        await given
        await until(() => closed === 1)
      },
      webhook: async () => {
        const body = JSON.stringify({ type: 'auth', operation: 'other', connectionId: 'none', providerConfigKey: 'roller' })
        const signature = createHmac('sha256', SIGNING_KEY).update(body).digest('hex')
        const signed = { 'content-type': 'application/json', 'x-nango-hmac-sha256': signature }
        t.equal(Math.floor((await call('POST', '/api/webhooks/nango', signed, body)).status / 100), 2)
        t.match(await call('POST', '/api/webhooks/nango', { ...signed, 'x-nango-hmac-sha256': 'wrong' }, body), { status: 401 })
      },
      'connect session': async () => {
        const result = await call('POST', '/api/connect-session', { 'content-type': 'application/json' }, '{}')
        t.match(result, { status: 201, body: 'session-token' })
      },
      document: async () => {
        t.ok(app.swagger().paths?.['/api/roller/venues/me'])
      }
    }
    for (const name of hostCalls) await tried[name]()
    t.match(await call('GET', '/own'), { status: 200, body: 'own' }, 'the host\'s own route')
  })
}
