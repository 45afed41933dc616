/** Connections over HTTP. No response contains a credential, a secret or a token. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { CheckReport } from '../check.ts'
import { RollerError } from '../errors.ts'
import { lowerKeys } from '../nango/connection.ts'
import type { ManagedConnections } from '../venues/managed-connections.ts'
import type { Access } from './access.ts'
import { connectionSchemas } from './connection-schemas.ts'
import type { Limits } from './host-answers.ts'
import { listOwn } from './own-connections.ts'
import { configOf } from './route-config.ts'

export interface ConnectionRoutesOptions {
  readonly connections: ManagedConnections
  readonly check: (connectionId: string) => Promise<CheckReport>
  readonly access: Access
}

export const connectionRoutes: FastifyPluginAsyncTypebox<ConnectionRoutesOptions> = async (app, { connections, check, access }) => {
  const schemas = connectionSchemas()
  app.get('/connections', {
    config: configOf(app),
    exposeHeadRoute: false,
    // Validation follows right after it.
    preValidation: async (request) => { request.query = readQuery(request.query) as typeof request.query },
    schema: schemas.list
  }, async (request) => {
    await access.authorize(request, 'GET /connections', 'connections:read', null)
    const { venue, tags, ...filter } = request.query
    const limits = await access.identify(request)
    // The caller's own tags come last, in Nango's case: no given tag can replace them.
    const query = { ...filter, tags: { ...lowerKeys(tags ?? {}), ...(venue !== undefined && { roller_venue_id: venue }), ...limits?.tags } }
    return limits?.connections === undefined ? await connections.list(query) : await listOwn(connections, limits.connections, query)
  })

  app.post('/connections', { config: configOf(app), schema: schemas.create }, async (request, reply) => {
    await access.authorize(request, 'POST /connections', 'connections:write', null)
    const { tags, ...input } = request.body
    const limits = await access.identifyMaker(request)
    rejectTags(tags, limits)
    const created = await connections.create({ ...input, ...(limits !== null ? { tags: limits.tags } : tags !== undefined && { tags }) })
    reply.code(201)
    return created
  })

  app.get('/connections/:id', { config: configOf(app), exposeHeadRoute: false, schema: schemas.get }, async (request) => {
    const { id } = request.params
    await access.admit(request, 'GET /connections/{id}', 'connections:read', id)
    return await connections.get(id)
  })

  app.patch('/connections/:id', { config: configOf(app), schema: schemas.update }, async (request) => {
    const { id } = request.params
    await access.admit(request, 'PATCH /connections/{id}', 'connections:write', id)
    rejectTags(request.body.tags, await access.identify(request))
    return await connections.update(id, request.body)
  })

  app.post('/connections/:id/confirm-venue', { config: configOf(app), schema: schemas.confirmVenue }, async (request) => {
    const { id } = request.params
    await access.admit(request, 'POST /connections/{id}/confirm-venue', 'connections:write', id)
    return await connections.confirmVenue(id, request.body.venueId)
  })

  app.delete('/connections/:id', { config: configOf(app), schema: schemas.delete }, async (request, reply) => {
    const { id } = request.params
    await access.admit(request, 'DELETE /connections/{id}', 'connections:write', id)
    await connections.delete(id)
    reply.code(204)
    return null
  })

  app.get('/connections/:id/check', { config: configOf(app), exposeHeadRoute: false, schema: schemas.check }, async (request) => {
    const { id } = request.params
    await access.admit(request, 'GET /connections/{id}/check', 'connections:read', id)
    return await check(id)
  })
}

function rejectTags (tags: unknown, limits: Limits | null): void {
  if (tags === undefined || limits === null) return
  throw new RollerError('ROLLER_ERR_VALIDATION', {
    errors: [{ pointer: '/body/tags', detail: 'is set by the server and must not be sent' }]
  })
}

/** Parses the query: `tags[key]=value` collected, numbers converted, defaults filled in. */
function readQuery (raw: unknown): Record<string, unknown> {
  const fields: [string, unknown][] = [['limit', 100], ['page', 0]]
  const tags: [string, unknown][] = []
  for (const [name, value] of Object.entries(raw as Record<string, unknown>)) { // Fastify's parser returns an object
    const tag = /^tags\[([^\]]+)\]$/.exec(name)?.[1]
    if (tag !== undefined) tags.push([tag, value])
    else fields.push([name, name === 'limit' || name === 'page' ? readInteger(value) : value])
  }
  if (tags.length > 0) fields.push(['tags', Object.fromEntries(tags)])
  return Object.fromEntries(fields) // a name such as __proto__ is one of the fields too
}

/** NaN fails; TypeBox would convert the texts `1.5` and `true` to 1. */
function readInteger (value: unknown): number { return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : NaN }
