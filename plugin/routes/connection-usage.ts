/** What a connection's calls have used: of the rate limits now, and of the month's allowance. */
import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { RateLimiter } from '../gateway/limits/rate-limiter.ts'
import type { UsageMeter } from '../gateway/usage/usage.ts'
import { checkConnectionId } from '../nango/connection-id.ts'
import { Nullable, StringEnum } from '../operations/schema.ts'
import type { Access } from './access.ts'
import { ConnectionParams } from './connection-params.ts'
import { problemResponses } from './roller-schema.ts'
import { configOf } from './route-config.ts'

export interface ConnectionUsageOptions {
  readonly access: Access
  readonly rateLimiter: RateLimiter
  /** The key of the rate limits of a connection's calls. */
  readonly credentialOf: (connectionId: string) => Promise<string>
  /** ROLLER's id of a connection's venue; null while it is unknown. */
  readonly venueOf: (connectionId: string) => Promise<string | null>
  readonly usage: Pick<UsageMeter, 'read'>
  /** Units a month of a venue; 0 is none. */
  readonly allowance: number
}

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

export const connectionUsageRoutes: FastifyPluginAsyncTypebox<ConnectionUsageOptions> = async (app, options) => {
  const { access, rateLimiter, credentialOf, venueOf, usage, allowance } = options
  app.get('/connections/:id/rate-limits', {
    config: configOf(app),
    exposeHeadRoute: false,
    schema: {
      summary: 'Read the rate limits of a connection',
      description: 'As counted by this gateway. ROLLER also counts calls of other programs with the same API key.',
      operationId: 'getRateLimits',
      tags: ['Connections'],
      params: ConnectionParams,
      response: { 200: RateLimitReport, ...problemResponses }
    }
  }, async (request) => {
    const { id } = request.params
    await access.admit(request, 'GET /connections/{id}/rate-limits', 'connections:read', id)
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
    config: configOf(app),
    exposeHeadRoute: false,
    schema: {
      summary: 'See what a connection has used this month',
      description: 'Calls of this gateway that may have reached ROLLER, which has no such report and counts other programs too.',
      operationId: 'getUsage',
      tags: ['Connections'],
      params: ConnectionParams,
      response: { 200: UsageReport, ...problemResponses }
    }
  }, async (request) => {
    const { id } = request.params
    await access.admit(request, 'GET /connections/{id}/usage', 'connections:read', id)
    const { month, since, rest, reporting, bulk } = await usage.read(await venueOf(checkConnectionId(id)), id)
    const total = rest + reporting + bulk
    return { connectionId: id, month, since, rest, reporting, bulk, total, allowance: allowance === 0 ? null : allowance }
  })
}
