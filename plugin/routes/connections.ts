/** Connections over HTTP. No response contains a credential, a secret or a token. */
import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { CheckReport } from '../check.ts'
import { RollerError } from '../errors.ts'
import type { RateLimiter } from '../gateway/limits/rate-limiter.ts'
import type { UsageMeter } from '../gateway/usage/usage.ts'
import { checkConnectionId } from '../nango/connection-id.ts'
import { Connection, lowerKeys, Metadata, TagName, Tags } from '../nango/connection.ts'
import type { ManagedConnections } from '../venues/managed-connections.ts'
import { Nullable, StringEnum } from '../operations/schema.ts'
import type { Access, Limits } from './access.ts'
import { listOwn } from './own-connections.ts'
import { problemResponses } from './roller-schema.ts'

export interface ConnectionRoutesOptions {
  readonly connections: ManagedConnections
  readonly check: (connectionId: string) => Promise<CheckReport>
  readonly rateLimiter: RateLimiter
  /** The key of the rate limits of a connection's calls. */
  readonly credentialOf: (connectionId: string) => Promise<string>
  /** ROLLER's id of a connection's venue; null while it is unknown. */
  readonly venueOf: (connectionId: string) => Promise<string | null>
  readonly access: Access
  readonly usage: Pick<UsageMeter, 'read'>
  /** Units a month of a venue; 0 is none. */
  readonly allowance: number
}

const Params = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 255, description: 'Connection id, percent-encoded.', examples: ['demo-venue'] })
})

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
    minLength: 1, maxLength: 255, description: 'Part of a connection id, or of an end user\'s name or e-mail address.'
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

const RateLimitReport = Type.Object({
  connectionId: Type.String(),
  coolingOff: Type.Integer({ description: 'Seconds until the cooling-off after a 429 ends; 0 if there is none.' }),
  rateLimits: Type.Array(Type.Object({
    name: StringEnum(['rest', 'reporting', 'bulk']),
    limit: Type.Integer({ description: 'Calls in a window, minus the safety margin.' }),
    window: Type.Integer({ description: 'Seconds.' }),
    remaining: Type.Integer({ description: 'Remaining calls.' }),
    reset: Type.Integer({ description: 'Seconds until another call is available; 0 if none is used.' })
  }))
}, { $id: 'RateLimitReport' })

const UsageReport = Type.Object({
  connectionId: Type.String(),
  month: Type.String({ description: 'In UTC.', examples: ['2026-11'] }),
  since: Nullable(Type.String(), { description: 'ISO 8601: without Redis, calls are counted since this start of the gateway.' }),
  rest: Type.Integer({ description: 'Calls to the REST API.' }),
  reporting: Type.Integer({ description: 'Calls to the Reporting API.' }),
  bulk: Type.Integer({ description: 'Bulk exports, one for each month in them: records beyond 10,000 a month cost more at ROLLER.' }),
  total: Type.Integer(),
  allowance: Nullable(Type.Integer(), { description: 'As the gateway is set; null where it is not.' })
}, { $id: 'UsageReport' })

const TAG = ['Connections']

export const connectionRoutes: FastifyPluginAsyncTypebox<ConnectionRoutesOptions> = async (app, options) => {
  const { connections, check, rateLimiter, credentialOf, venueOf, access, usage, allowance } = options
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
      params: Params,
      response: { 200: Connection, ...problemResponses }
    }
  }, async (request) => {
    const { id } = request.params
    await admit(request, 'GET /connections/{id}', 'connections:read', id)
    return await connections.get(id)
  })

  app.patch('/connections/:id', {
    schema: {
      summary: 'Change a connection\'s tags and metadata',
      description: 'Merged with existing values: those that are not named stay.',
      operationId: 'updateConnection',
      tags: TAG,
      params: Params,
      body: Change,
      response: { 200: Connection, ...problemResponses }
    }
  }, async (request) => {
    const { id } = request.params
    await admit(request, 'PATCH /connections/{id}', 'connections:write', id)
    rejectTags(request.body.tags, await access.identify(request))
    return await connections.update(id, request.body)
  })

  app.post('/connections/:id/confirm-venue', {
    schema: {
      summary: 'Confirm the new venue of a connection',
      description: 'After credentials of another venue were entered, calls are rejected until the change is confirmed here.',
      operationId: 'confirmVenue',
      tags: TAG,
      params: Params,
      body: Confirmation,
      response: { 200: Connection, ...problemResponses }
    }
  }, async (request) => {
    const { id } = request.params
    await admit(request, 'POST /connections/{id}/confirm-venue', 'connections:write', id)
    return await connections.confirmVenue(id, request.body.venueId)
  })

  app.delete('/connections/:id', {
    schema: {
      summary: 'Disconnect a venue',
      description: 'Deletes ROLLER\'s webhooks to this gateway first, then the credentials in Nango. ' +
        'Revoke the API key itself in Venue Manager.',
      operationId: 'deleteConnection',
      tags: TAG,
      params: Params,
      response: { 204: { type: 'null', description: 'Disconnected.' }, ...problemResponses }
    }
  }, async (request, reply) => {
    const { id } = request.params
    await admit(request, 'DELETE /connections/{id}', 'connections:write', id)
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
      params: Params,
      response: { 200: CheckReport, ...problemResponses }
    }
  }, async (request) => {
    const { id } = request.params
    await access.authorize(request, 'GET /connections/{id}/check', 'connections:read', id)
    if (access.identifies) await access.own(request, id)
    return await check(id)
  })

  app.get('/connections/:id/rate-limits', {
    exposeHeadRoute: false,
    schema: {
      summary: 'Read the rate limits of a connection',
      description: 'As counted by this gateway. ROLLER also counts calls of other programs with the same API key.',
      operationId: 'getRateLimits',
      tags: TAG,
      params: Params,
      response: { 200: RateLimitReport, ...problemResponses }
    }
  }, async (request) => {
    const { id } = request.params
    await admit(request, 'GET /connections/{id}/rate-limits', 'connections:read', id)
    const usage = await rateLimiter.usage(await credentialOf(checkConnectionId(id)))
    return {
      connectionId: id,
      coolingOff: Math.ceil(usage.coolingOffMs / 1000),
      rateLimits: usage.rateLimits.map(({ name, limit, windowMs, remaining, resetMs }) => ({
        name, limit, window: Math.ceil(windowMs / 1000), remaining, reset: Math.ceil(resetMs / 1000)
      }))
    }
  })

  app.get('/connections/:id/usage', {
    exposeHeadRoute: false,
    schema: {
      summary: 'See what a connection has used this month',
      description: 'Calls of this gateway that may have reached ROLLER, which has no such report and counts other programs too.',
      operationId: 'getUsage',
      tags: TAG,
      params: Params,
      response: { 200: UsageReport, ...problemResponses }
    }
  }, async (request) => {
    const { id } = request.params
    await admit(request, 'GET /connections/{id}/usage', 'connections:read', id)
    const { month, since, rest, reporting, bulk } = await usage.read(await venueOf(checkConnectionId(id)), id)
    const total = rest + reporting + bulk
    return { connectionId: id, month, since, rest, reporting, bulk, total, allowance: allowance === 0 ? null : allowance }
  })

  async function admit (
    request: FastifyRequest, operation: string, scope: 'connections:read' | 'connections:write', id: string
  ): Promise<void> {
    await access.authorize(request, operation, scope, id)
    await access.own(request, id)
  }
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
