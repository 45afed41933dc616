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

type Handler = (ctx: Context, request: NangoRequest, session: Session | null) => unknown

/** Scopes of the API key; any one of them is sufficient. */
const ROUTES: [method: string, url: string, auth: Auth, scopes: string[], status: number, handler: Handler][] = [
  ['POST', '/connect/sessions', 'key', ['connect_sessions:write'], 201, createSession],
  ['POST', '/connect/sessions/reconnect', 'key', ['connect_sessions:write'], 201, createReconnectSession],
  ['GET', '/connect/session', 'session', [], 200, readSession],
  ['DELETE', '/connect/session', 'session', [], 204, deleteSession],
  ['POST', '/connect/telemetry', 'none', [], 204, () => undefined],
  ['POST', '/oauth2/auth/:key', 'query', [], 200, createConnection],
  ['GET', '/integrations', 'either', ['integrations:list'], 200, listIntegrations],
  ['GET', '/integrations/:key', 'key', ['integrations:read', 'integrations:read_credentials'], 200, readIntegration],
  ['GET', '/providers/:name', 'either', [], 200, readProvider],
  ['GET', '/connections', 'key', ['connections:list', 'connections:list_credentials'], 200, listConnections],
  ['POST', '/connections', 'key', ['connections:create'], 201, importConnection],
  ['POST', '/connections/metadata', 'key', ['connections:update'], 201, writeMetadata],
  ['PATCH', '/connections/metadata', 'key', ['connections:update'], 200, writeMetadata],
  ['GET', '/connections/:connectionId', 'key', ['connections:read', 'connections:read_credentials'], 200, readConnection],
  ['PATCH', '/connections/:connectionId', 'key', ['connections:update'], 200, patchConnection],
  ['DELETE', '/connections/:connectionId', 'key', ['connections:delete'], 200, deleteConnection]
]

export function addRoutes (app: FastifyInstance, ctx: Context): void {
  // Health checks do not count against the rate limit.
  for (const url of ['/health', '/ready']) app.get(url, async () => ({ result: 'ok' }))
  for (const [method, url, auth, scopes, status, handler] of ROUTES) {
    app.route<NangoRoute>({
      method,
      url,
      handler: async (request, reply) => {
        const session = authenticate(ctx, request, auth)
        countCall(ctx, request, reply, session === null && auth !== 'none' ? 'key' : 'session')
        if (session === null) requireScope(ctx, scopes)
        const response = await handler(ctx, request, session)
        return reply.code(status).send(response)
      }
    })
  }
  app.route<NangoRoute>({
    method: METHODS,
    url: '/proxy',
    handler: async (request, reply) => {
      authenticate(ctx, request, 'key')
      countCall(ctx, request, reply, 'key')
      requireScope(ctx, ['proxy'])
      return await proxy(ctx, request, reply)
    }
  })
}
