import { createServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Agent } from 'undici'
import type { Test } from 'tap'
import { startNangoSimulator } from '#sandbox/nango.js'
import type { NangoSimulator, NangoSimulatorOptions } from '#sandbox/nango.js'

export const KEY = '7f9c2f5e-8a53-4c1b-9b1e-0c2d3e4f5a6b'
export const CLIENT = { clientId: 'venue-1', clientSecret: 'right-secret' }
export const ADDRESS = { 'connection-id': 'c1', 'provider-config-key': 'roller' }
export const START = Date.parse('2026-03-01T10:00:00Z')

interface Received { method: string, url: string, headers: IncomingHttpHeaders, body: string }
interface Upstream {
  url: string
  calls: Received[]
  tokenCalls: Received[]
  /** Seconds that a token lives; undefined leaves expires_in out. */
  expiresIn: number | undefined
  tokenStatus: number
  respond: (req: IncomingMessage, res: ServerResponse) => void
}

export interface Reply<T> { status: number, headers: IncomingHttpHeaders, json: T, text: string }
type CallOptions = { method?: string, body?: unknown, raw?: string | Buffer, headers?: Record<string, string>, key?: string | null }

export interface Fixture {
  nango: NangoSimulator
  roller: Upstream
  /** The delays that Nango requested, none of which took place. */
  sleeps: number[]
  advance (ms: number): void
  call <T = Record<string, never>> (path: string, options?: CallOptions): Promise<Reply<T>>
  /** Same path under /proxy, for the connection c1. */
  proxy <T = Record<string, never>> (path: string, options?: CallOptions): Promise<Reply<T>>
}

export interface ErrorBody { error: { code: string, message: string, payload?: unknown, errors?: { path: (string | number)[] }[] } }
export interface SessionBody { data: { token: string, connect_link: string, expires_at: string } }
export interface ListBody { connections: { connection_id: string, tags: Record<string, string>, errors: { type: string }[] }[] }
export interface ConnectionBody {
  connection_id: string
  tags: Record<string, string>
  metadata: Record<string, unknown> | null
  connection_config: Record<string, unknown>
  webhook_url_override: string | null
  credentials: { token?: string, client_secret?: string, expires_at?: string }
}

/** A simulated Nango with one connection, c1, in front of a tiny ROLLER. */
export async function setup (t: Test, options: Partial<NangoSimulatorOptions> = {}): Promise<Fixture> {
  const roller = await startUpstream(t)
  let now = START
  const sleeps: number[] = []
  const nango = await startNangoSimulator({
    secretKey: KEY,
    rollerUrl: roller.url,
    now: () => now,
    sleep: async (ms) => { sleeps.push(ms) },
    ...options
  })
  // Not fetch and not request(url): both resolve dot segments before they send.
  const agent = new Agent()
  t.teardown(() => Promise.all([nango.close(), agent.destroy()]))
  nango.addConnection({ connectionId: 'c1', ...CLIENT, tags: { organization_id: 'o1' }, metadata: { venue: 'v1' } })
  const call: Fixture['call'] = async <T>(path: string, { method = 'GET', body, raw, headers, key = KEY }: CallOptions = {}) => {
    const response = await agent.request({
      origin: nango.url,
      path,
      method: method as 'GET',
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers
      },
      body: raw ?? (body === undefined ? null : JSON.stringify(body))
    })
    const text = await response.body.text()
    const isJson = String(response.headers['content-type']).includes('json') && text !== ''
    return { status: response.statusCode, headers: response.headers, text, json: (isJson ? JSON.parse(text) : {}) as T }
  }
  return {
    nango,
    roller,
    sleeps,
    advance (ms) { now += ms },
    call,
    proxy: (path, proxied = {}) => call(`/proxy${path}`, { ...proxied, headers: { ...ADDRESS, ...proxied.headers } })
  }
}

async function startUpstream (t: Test): Promise<Upstream> {
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer)
    const received = { method: req.method ?? '', url: req.url ?? '', headers: req.headers, body: Buffer.concat(chunks).toString() }
    if (req.url !== '/token') {
      upstream.calls.push(received)
      return upstream.respond(req, res)
    }
    upstream.tokenCalls.push(received)
    const good = received.body.includes(CLIENT.clientSecret)
    const status = upstream.tokenStatus !== 200 ? upstream.tokenStatus : good ? 200 : 401
    res.writeHead(status, { 'content-type': 'application/json' })
    res.end(JSON.stringify(status === 200
      ? { access_token: `token-${upstream.tokenCalls.length}`, expires_in: upstream.expiresIn }
      : { message: 'bad client' }))
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const upstream: Upstream = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    tokenCalls: [],
    expiresIn: undefined,
    tokenStatus: 200,
    respond: json(200, { ok: true })
  }
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return upstream
}

/** An upstream response with a length, which Nango buffers. */
export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Upstream['respond'] => (_req, res) => {
  const text = JSON.stringify(body)
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers }).end(text)
}

const SESSION = { tags: { organization_id: 'o1' } }

export async function openSession (fixture: Fixture, body: unknown = SESSION, path = '/connect/sessions'): Promise<string> {
  const { json: { data } } = await fixture.call<SessionBody>(path, { method: 'POST', body })
  return data.token
}

type Authorized = Reply<ErrorBody & { connectionId: string }>

export const authorize = (fixture: Fixture, token: string, secret = CLIENT.clientSecret): Promise<Authorized> =>
  fixture.call(`/oauth2/auth/roller?connect_session_token=${token}`, {
    method: 'POST', key: null, body: { client_id: CLIENT.clientId, client_secret: secret }
  })
