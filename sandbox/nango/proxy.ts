import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyReply, HTTPMethods } from 'fastify'
import { request, type Dispatcher } from 'undici'
import { rowShape } from './connection-shape.ts'
import { RETRY_BASE_MS, findIntegration, type Context } from './context.ts'
import { RefreshFailed, ensureFresh } from './credentials.ts'
import { NangoError, crash } from './errors.ts'
import { relay } from './proxy-response.ts'
import { readControls, upstreamBody, upstreamHeaders, upstreamUrl } from './proxy-request.ts'
import type { NangoRequest } from './server.ts'
import type { SimulatedConnection } from './store.ts'

interface Outgoing { method: Dispatcher.HttpMethod, url: URL, headers: Record<string, string>, body: Buffer | null }

export const METHODS: HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
const MAX_REDIRECTS = 5
const MAX_WAIT_MS = 600_000
const RETRYABLE = ['ECONNRESET', 'ETIMEDOUT', 'ECONNABORTED', 'ECONNREFUSED', 'EHOSTUNREACH', 'EAI_AGAIN']

/** ANY /proxy/*: buffers the whole body, checks the token, makes the call, and returns one of three kinds of response. */
export async function proxy (ctx: Context, call: NangoRequest, reply: FastifyReply): Promise<FastifyReply> {
  const controls = readControls(call)
  if (controls.retries < 0) throw crash()
  const integration = findIntegration(ctx, controls.integrationId)
  if (integration === undefined) throw new NangoError(404, 'unknown_provider_config', { message: 'No integration has this key' })
  const connection = ctx.store.find(controls.connectionId, controls.integrationId)
  // Unknown and deleted connections look like a server error, except for this text.
  if (connection === undefined) throw new NangoError(400, 'server_error', { message: 'Failed to get connection' })
  await refreshOrExplain(ctx, connection)
  const headers = upstreamHeaders(call, connection)
  const outgoing: Outgoing = {
    // The route accepts METHODS only.
    method: call.method as Dispatcher.HttpMethod,
    url: upstreamUrl(ctx, call, controls, integration, connection),
    headers,
    body: upstreamBody(call, headers)
  }
  // A real delay, independent of the injected clock.
  if (ctx.settings.proxyDelay !== undefined) await wait(ctx.settings.proxyDelay)
  const upstream = await attempt(ctx, outgoing, controls.retries).catch((error: unknown) => transportError(error, call.method))
  return 'statusCode' in upstream ? await relay(ctx, reply, upstream) : reply.code(500).send(upstream)
}

async function refreshOrExplain (ctx: Context, connection: SimulatedConnection): Promise<void> {
  try {
    await ensureFresh(ctx, connection)
  } catch (error) {
    if (!(error instanceof RefreshFailed)) throw error
    if (error.failure === 'backoff') throw new NangoError(error.status, 'connection_refresh_backoff', { message: error.message })
    // After a rejection the message contains the connection's row, but not the response of the token endpoint.
    const reason = error.failure === 'rejected' ? JSON.stringify(rowShape(connection)) : error.message
    throw new NangoError(error.status, 'server_error', { message: `Failed to get connection credentials: '${reason}'` })
  }
}

/** Nango's own retries: any method, a 401 too, with the same token, ignoring the upstream's Retry-After. */
async function attempt (ctx: Context, outgoing: Outgoing, retries: number): Promise<Dispatcher.ResponseData> {
  const { retryBaseMs = RETRY_BASE_MS } = ctx.settings
  for (let retry = 0; ; retry++) {
    const last = retry >= retries
    try {
      const response = await follow(ctx, outgoing)
      const status = response.statusCode
      if (last || !(status >= 500 || status === 429 || status === 401)) return response
      await response.body.dump()
    } catch (error) {
      if (last || !RETRYABLE.includes(codeOf(error))) throw error
    }
    await ctx.sleep(Math.min(retryBaseMs * 2 ** retry, MAX_WAIT_MS))
  }
}

/**
 * Nango follows redirects itself; a 301 or 302 turns a POST into a GET, and another host does not get the token. undici's interceptor stops
 * a redirect to the same address at once, whereas Nango's client continues up to its limit.
 */
async function follow (ctx: Context, outgoing: Outgoing): Promise<Dispatcher.ResponseData> {
  const { url, ...options } = outgoing
  options.headers = { ...options.headers }
  for (let hop = 0, at = url; ; hop++) {
    // No timeout, as in Nango: an upstream that hangs blocks the caller.
    const response = await request(at, { ...options, dispatcher: ctx.dispatcher })
    const { statusCode: status, headers: { location } } = response
    if (![301, 302, 303, 307, 308].includes(status) || typeof location !== 'string') return response
    await response.body.dump()
    if (hop >= MAX_REDIRECTS) throw Object.assign(new Error('Maximum number of redirects exceeded'), { code: 'ERR_FR_TOO_MANY_REDIRECTS' })
    if (status === 303 || (status < 303 && options.method === 'POST')) {
      Object.assign(options, { method: 'GET', body: null })
      delete options.headers['content-type']
    }
    const next = new URL(location, at)
    if (next.host !== at.host) {
      delete options.headers['authorization']
      delete options.headers['cookie']
    }
    at = next
  }
}

function codeOf (error: unknown): string {
  // Node's HTTP parser has an error code for each cause; undici often does not.
  if (error instanceof Error && error.name === 'HTTPParserError') return 'HPE_INVALID_CONSTANT'
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  // undici's socket error is a connection reset in Nango's HTTP client.
  return code === 'UND_ERR_SOCKET' ? 'ECONNRESET' : code
}

/** The one error of Nango without the `error` wrapper. @throws NangoError if the host has no address: Nango's outbound policy rejects it */
function transportError (error: unknown, method: string): { message: string, code: string, method: string } {
  const code = codeOf(error)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    throw new NangoError(400, 'base_url_override_not_allowed', { message: 'The outbound policy rejects this URL' })
  }
  const message = code === 'ECONNRESET' ? 'socket hang up' : error instanceof Error ? error.message : String(error)
  return { message, code, method: method.toLowerCase() }
}
