import { authenticate, countCall, requireScope } from './auth.ts'
import type { Auth } from './auth.ts'
import { NangoError, crash } from './errors.ts'
import { answerPreflight, parseJson, send } from './http.ts'
import type { Answer, Call } from './http.ts'
import type { Context } from './context.ts'
import { deleteConnection, listConnections, patchConnection, readConnection } from './connections.ts'
import { importConnection, writeMetadata } from './import.ts'
import { listIntegrations, readIntegration, readProvider } from './integrations.ts'
import { createConnection } from './oauth.ts'
import { proxy } from './proxy.ts'
import { createReconnectSession, createSession, deleteSession, readSession } from './sessions.ts'

interface Route {
  method: string
  path: RegExp
  auth: Auth
  /** Any one of them is enough. */
  scopes: string[]
  /** Health checks are not counted. */
  free?: boolean
  handler: (ctx: Context, call: Call) => Answer | Promise<Answer>
}

const SESSIONS = ['environment:connect_sessions:write']
const LIST = ['environment:connections:list', 'environment:connections:list_credentials']
const READ = ['environment:connections:read', 'environment:connections:read_credentials']
const CREATE = ['environment:connections:create']
const UPDATE = ['environment:connections:update']
const DELETE = ['environment:connections:delete']
const INTEGRATIONS = ['environment:integrations:list']
const INTEGRATION = ['environment:integrations:read', 'environment:integrations:read_credentials']
const MAX_BODY = 75 * 1024 * 1024
const NO_SUCH_ENDPOINT = '<!DOCTYPE html><html><body><pre>No such endpoint</pre></body></html>'
const ok = (): Answer => ({ status: 200, json: { result: 'ok' } })

const ROUTES: Route[] = [
  { method: 'GET', path: /^\/health$/, auth: 'none', scopes: [], free: true, handler: ok },
  { method: 'GET', path: /^\/ready$/, auth: 'none', scopes: [], free: true, handler: ok },
  { method: 'POST', path: /^\/connect\/sessions$/, auth: 'key', scopes: SESSIONS, handler: createSession },
  { method: 'POST', path: /^\/connect\/sessions\/reconnect$/, auth: 'key', scopes: SESSIONS, handler: createReconnectSession },
  { method: 'GET', path: /^\/connect\/session$/, auth: 'session', scopes: [], handler: readSession },
  { method: 'DELETE', path: /^\/connect\/session$/, auth: 'session', scopes: [], handler: deleteSession },
  { method: 'POST', path: /^\/connect\/telemetry$/, auth: 'none', scopes: [], handler: () => ({ status: 204 }) },
  { method: 'POST', path: /^\/oauth2\/auth\/([^/]+)$/, auth: 'none', scopes: [], handler: createConnection },
  { method: 'GET', path: /^\/integrations$/, auth: 'either', scopes: INTEGRATIONS, handler: listIntegrations },
  { method: 'GET', path: /^\/integrations\/([^/]+)$/, auth: 'key', scopes: INTEGRATION, handler: readIntegration },
  { method: 'GET', path: /^\/providers\/([^/]+)$/, auth: 'either', scopes: [], handler: readProvider },
  { method: 'GET', path: /^\/connections$/, auth: 'key', scopes: LIST, handler: listConnections },
  { method: 'POST', path: /^\/connections$/, auth: 'key', scopes: CREATE, handler: importConnection },
  { method: 'POST', path: /^\/connections\/metadata$/, auth: 'key', scopes: UPDATE, handler: writeMetadata },
  { method: 'PATCH', path: /^\/connections\/metadata$/, auth: 'key', scopes: UPDATE, handler: writeMetadata },
  { method: 'GET', path: /^\/connections\/([^/]+)$/, auth: 'key', scopes: READ, handler: readConnection },
  { method: 'PATCH', path: /^\/connections\/([^/]+)$/, auth: 'key', scopes: UPDATE, handler: patchConnection },
  { method: 'DELETE', path: /^\/connections\/([^/]+)$/, auth: 'key', scopes: DELETE, handler: deleteConnection }
]

const JSON_ONLY = /^\/(connect|connections|integrations|providers)(\/|$)/
// Matched on the raw path: a dot segment behind /proxy does not climb out of it here, it does so on the way to ROLLER.
const PROXY = /^\/proxy(\/|$)/

export async function route (ctx: Context, call: Call): Promise<void> {
  if (call.method === 'OPTIONS') return answerPreflight(call)
  if (call.body.length > MAX_BODY) throw new NangoError(413, 'request_too_large', { message: 'The body is larger than 75 MB' })
  call.json = parseJson(call)
  if (PROXY.test(call.pathname)) {
    authenticate(ctx, call, 'key', [])
    countCall(ctx, call)
    requireScope(ctx, ['environment:proxy'])
    return proxy(ctx, call)
  }
  // These routers look at any Content-Type, on a GET or a DELETE too.
  if (JSON_ONLY.test(call.pathname) && call.headers['content-type'] !== undefined && call.contentType !== 'application/json') {
    throw new NangoError(415, 'invalid_content_type', { message: 'Content-Type must be application/json' })
  }
  for (const one of ROUTES) {
    const match = one.method === call.method ? one.path.exec(call.pathname) : null
    if (match === null) continue
    call.params = match.slice(1).map(decode)
    authenticate(ctx, call, one.auth, one.scopes)
    if (one.free !== true) countCall(ctx, call)
    return send(call, await one.handler(ctx, call))
  }
  // Whatever else is read would be a file of the dashboard, which a server without one trips over.
  if (call.method === 'GET' || call.method === 'HEAD') throw crash()
  send(call, { status: 404, raw: Buffer.from(NO_SUCH_ENDPOINT), headers: { 'content-type': 'text/html; charset=utf-8' } })
}

function decode (segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new NangoError(400, 'invalid_uri_params', { message: 'The path is not well encoded' })
  }
}
