import type { FastifyInstance } from 'fastify'
import { authenticate, countCall, requireScope, type Auth } from './auth.ts'
import { deleteConnection, listConnections, patchConnection, readConnection, writeMetadata } from './connections.ts'
import type { Context } from './context.ts'
import { importConnection } from './import.ts'
import { listIntegrations, readIntegration, readProvider } from './integrations.ts'
import { createConnection } from './oauth.ts'
import { METHODS, proxy } from './proxy.ts'
import type { NangoRequest, NangoRoute } from './server.ts'
import { createReconnectSession, createSession, deleteSession, readSession } from './sessions.ts'
import type { Session } from './store.ts'

interface Route {
  method: string
  url: string
  auth: Auth
  /** Of the API key; any one of them is enough. */
  scopes?: string[]
  status?: number
  handler: (ctx: Context, request: NangoRequest, session: Session | null) => unknown
}

const SESSIONS = ['environment:connect_sessions:write']
const LIST = ['environment:connections:list', 'environment:connections:list_credentials']
const READ = ['environment:connections:read', 'environment:connections:read_credentials']
const CREATE = ['environment:connections:create']
const UPDATE = ['environment:connections:update']
const DELETE = ['environment:connections:delete']
const INTEGRATIONS = ['environment:integrations:list']
const INTEGRATION = ['environment:integrations:read', 'environment:integrations:read_credentials']

const ROUTES: Route[] = [
  { method: 'POST', url: '/connect/sessions', auth: 'key', scopes: SESSIONS, status: 201, handler: createSession },
  { method: 'POST', url: '/connect/sessions/reconnect', auth: 'key', scopes: SESSIONS, status: 201, handler: createReconnectSession },
  { method: 'GET', url: '/connect/session', auth: 'session', handler: readSession },
  { method: 'DELETE', url: '/connect/session', auth: 'session', status: 204, handler: deleteSession },
  { method: 'POST', url: '/connect/telemetry', auth: 'none', status: 204, handler: () => undefined },
  { method: 'POST', url: '/oauth2/auth/:key', auth: 'none', handler: createConnection },
  { method: 'GET', url: '/integrations', auth: 'either', scopes: INTEGRATIONS, handler: listIntegrations },
  { method: 'GET', url: '/integrations/:key', auth: 'key', scopes: INTEGRATION, handler: readIntegration },
  { method: 'GET', url: '/providers/:name', auth: 'either', handler: readProvider },
  { method: 'GET', url: '/connections', auth: 'key', scopes: LIST, handler: listConnections },
  { method: 'POST', url: '/connections', auth: 'key', scopes: CREATE, status: 201, handler: importConnection },
  { method: 'POST', url: '/connections/metadata', auth: 'key', scopes: UPDATE, status: 201, handler: writeMetadata },
  { method: 'PATCH', url: '/connections/metadata', auth: 'key', scopes: UPDATE, handler: writeMetadata },
  { method: 'GET', url: '/connections/:connectionId', auth: 'key', scopes: READ, handler: readConnection },
  { method: 'PATCH', url: '/connections/:connectionId', auth: 'key', scopes: UPDATE, handler: patchConnection },
  { method: 'DELETE', url: '/connections/:connectionId', auth: 'key', scopes: DELETE, handler: deleteConnection }
]

export function addRoutes (app: FastifyInstance, ctx: Context): void {
  // Health checks are not counted.
  for (const url of ['/health', '/ready']) app.get(url, async () => ({ result: 'ok' }))
  for (const { method, url, auth, scopes = [], status = 200, handler } of ROUTES) {
    app.route<NangoRoute>({
      method,
      url,
      handler: async (request, reply) => {
        const session = authenticate(ctx, request, auth)
        countCall(ctx, request, reply)
        if (session === null) requireScope(ctx, scopes)
        const answer = await handler(ctx, request, session)
        return reply.code(status).send(answer)
      }
    })
  }
  app.route<NangoRoute>({
    method: METHODS,
    url: '/proxy',
    handler: async (request, reply) => {
      authenticate(ctx, request, 'key')
      countCall(ctx, request, reply)
      requireScope(ctx, ['environment:proxy'])
      return await proxy(ctx, request, reply)
    }
  })
}
