/** Connections over HTTP. No response contains a credential, a secret or a token. */
import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { CheckReport } from '../check.ts'
import { RollerError } from '../errors.ts'
import { Connection, lowerKeys, Metadata, TagName, Tags } from '../nango/connection.ts'
import type { ManagedConnections } from '../venues/managed-connections.ts'
import { Nullable } from '../operations/schema.ts'
import type { Access, Limits } from './access.ts'
import { ConnectionParams } from './connection-params.ts'
import { listOwn } from './own-connections.ts'
import { problemResponses } from './roller-schema.ts'

export interface ConnectionRoutesOptions {
  readonly connections: ManagedConnections
  readonly check: (connectionId: string) => Promise<CheckReport>
  readonly access: Access
}

const ListQuery = Type.Object({
  tags: Type.Optional(Type.Unsafe<Record<string, string>>({
    ...Tags,
    style: 'deepObject',
    explode: true,
    description: 'Connections with all of these tags, written as tags[organization_id]=acme.',
    examples: undefined
  })),
  venue: Type.Optional(Type.String({ minLength: 1, description: 'ROLLER\'s id of the venue.' })),
  search: Type.Optional(Type.String({
    minLength: 1, maxLength: 255, description: 'Part of a connection id, or of an end user\'s name or email address.'
  })),
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  page: Type.Integer({ minimum: 0, default: 0, description: 'From 0.' })
}, { additionalProperties: false })

const ConnectionPage = Type.Object({
  connections: Type.Array(Connection),
  nextPage: Nullable(Type.Integer(), { description: 'The next page number; null on the last page.' })
})

const NewConnection = Type.Object({
  clientId: Type.String({ minLength: 1, maxLength: 255, description: 'From Venue Manager.' }),
  clientSecret: Type.String({
    minLength: 1, maxLength: 2048, description: 'From Venue Manager. Stored in Nango only.'
  }),
  tags: Type.Optional(Tags),
  metadata: Type.Optional(Metadata)
}, { additionalProperties: false })

const Change = Type.Object({
  tags: Type.Optional(Type.Record(TagName, Nullable(Type.String({ minLength: 1, maxLength: 255 })), {
    additionalProperties: false, description: 'Merged with existing tags; null deletes a tag.'
  })),
  metadata: Type.Optional(Metadata)
}, { additionalProperties: false, minProperties: 1 })

const Confirmation = Type.Object({
  venueId: Type.String({
    minLength: 1, maxLength: 64, description: 'ROLLER\'s id of the venue of the new credentials.', examples: ['20981']
  })
}, { additionalProperties: false })

const TAG = ['Connections']

export const connectionRoutes: FastifyPluginAsyncTypebox<ConnectionRoutesOptions> = async (app, options) => {
  const { connections, check, access } = options
  app.get('/connections', {
    exposeHeadRoute: false,
    // Validation follows right after it.
    preValidation: async (request) => { request.query = readQuery(request.query) as typeof request.query },
    schema: {
      summary: 'List connections',
      operationId: 'listConnections',
      tags: TAG,
      querystring: ListQuery,
      response: { 200: ConnectionPage, ...problemResponses }
    }
  }, async (request) => {
    await access.authorize(request, 'GET /connections', 'connections:read', null)
    const { venue, tags, ...filter } = request.query
    const limits = await access.identify(request)
    // The caller's own tags come last, in Nango's case: no given tag can replace them.
    const query = { ...filter, tags: { ...lowerKeys(tags ?? {}), ...(venue !== undefined && { roller_venue_id: venue }), ...limits?.tags } }
    return limits?.connections === undefined ? await connections.list(query) : await listOwn(connections, limits.connections, query)
  })

  app.post('/connections', {
    schema: {
      summary: 'Connect a venue with its Client ID and Client Secret',
      description: 'For servers that have the credentials. Nango requests a token from ROLLER, so wrong credentials are rejected.',
      operationId: 'createConnection',
      tags: TAG,
      body: NewConnection,
      response: { 201: Connection, ...problemResponses }
    }
  }, async (request, reply) => {
    await access.authorize(request, 'POST /connections', 'connections:write', null)
    const { tags, ...input } = request.body
    const limits = await access.identifyMaker(request)
    rejectTags(tags, limits)
    const created = await connections.create({ ...input, ...(limits !== null ? { tags: limits.tags } : tags !== undefined && { tags }) })
    reply.code(201)
    return created
  })

  app.get('/connections/:id', {
    exposeHeadRoute: false,
    schema: {
      summary: 'Read a connection',
      operationId: 'getConnection',
      tags: TAG,
      params: ConnectionParams,
      response: { 200: Connection, ...problemResponses }
    }
  }, async (request) => {
    const { id } = request.params
    await access.admit(request, 'GET /connections/{id}', 'connections:read', id)
    return await connections.get(id)
  })

  app.patch('/connections/:id', {
    schema: {
      summary: 'Change a connection\'s tags and metadata',
      description: 'Merged with existing values: those that are not named stay.',
      operationId: 'updateConnection',
      tags: TAG,
      params: ConnectionParams,
      body: Change,
      response: { 200: Connection, ...problemResponses }
    }
  }, async (request) => {
    const { id } = request.params
    await access.admit(request, 'PATCH /connections/{id}', 'connections:write', id)
    rejectTags(request.body.tags, await access.identify(request))
    return await connections.update(id, request.body)
  })

  app.post('/connections/:id/confirm-venue', {
    schema: {
      summary: 'Confirm the new venue of a connection',
      description: 'After credentials of another venue were entered, calls are rejected until the change is confirmed here.',
      operationId: 'confirmVenue',
      tags: TAG,
      params: ConnectionParams,
      body: Confirmation,
      response: { 200: Connection, ...problemResponses }
    }
  }, async (request) => {
    const { id } = request.params
    await access.admit(request, 'POST /connections/{id}/confirm-venue', 'connections:write', id)
    return await connections.confirmVenue(id, request.body.venueId)
  })

  app.delete('/connections/:id', {
    schema: {
      summary: 'Disconnect a venue',
      description: 'Deletes ROLLER\'s webhooks to this gateway first, then the credentials in Nango. ' +
        'Revoke the API key itself in Venue Manager.',
      operationId: 'deleteConnection',
      tags: TAG,
      params: ConnectionParams,
      response: { 204: { type: 'null', description: 'Disconnected.' }, ...problemResponses }
    }
  }, async (request, reply) => {
    const { id } = request.params
    await access.admit(request, 'DELETE /connections/{id}', 'connections:write', id)
    await connections.delete(id)
    reply.code(204)
    return null
  })

  app.get('/connections/:id/check', {
    exposeHeadRoute: false,
    schema: {
      summary: 'Diagnose a connection',
      description: 'Checks every step from Nango to the venue. The first failed step has a hint.',
      operationId: 'checkConnection',
      tags: TAG,
      params: ConnectionParams,
      response: { 200: CheckReport, ...problemResponses }
    }
  }, async (request) => {
    const { id } = request.params
    await access.authorize(request, 'GET /connections/{id}/check', 'connections:read', id)
    if (access.identifies) await access.own(request, id)
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
  const query: Record<string, unknown> = { limit: 100, page: 0 }
  const tags: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(raw as Record<string, unknown>)) { // Fastify's parser returns an object
    const tag = /^tags\[([^\]]+)\]$/.exec(name)?.[1]
    if (tag !== undefined) tags[tag] = value
    // NaN fails; TypeBox would convert the texts `1.5` and `true` to 1.
    else if (name === 'limit' || name === 'page') query[name] = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : NaN
    else query[name] = value
  }
  if (Object.keys(tags).length > 0) query.tags = tags
  return query
}
