/** The plugin's options, from the service's configuration and its parts. */
import type { FastifyBaseLogger } from 'fastify'
import type { RedisLike } from 'fastify-roller'
import type { AllOptions, ReadExports } from 'fastify-roller/internal'
import { authorizeCaller, identifyCaller } from './auth/authentication.ts'
import { anyLimited } from './auth/caller.ts'
import type { ConnectedConfig } from './config/config.ts'
import { upstreamOptions, webhookOptions } from './config/plugin-options.ts'
import type { WebhookTarget } from './http/webhook-target.ts'
import type { Metrics } from './observability/metrics.ts'
import type { Tracing } from './observability/tracing.ts'

export interface RollerParts {
  readonly authenticated: boolean
  readonly metrics: Metrics
  readonly tracing: Tracing | undefined
  readonly redis: RedisLike | null
  /** Receives the events. */
  readonly target: WebhookTarget | null
  /** Without a target, the events are logged here. */
  readonly eventLog: FastifyBaseLogger | null
  readonly readExports: ReadExports | null
}

export function rollerOptions (config: ConnectedConfig, parts: RollerParts): AllOptions {
  const { authenticated, metrics, tracing, redis, readExports } = parts
  const { nango, ...upstream } = upstreamOptions(config)
  const { webhookSigningKeys } = config.nango
  const onEvent = eventHandler(parts)
  return {
    nango: { ...nango, ...(webhookSigningKeys.length > 0 && { webhookSigningKeys }) },
    ...upstream,
    ...webhookOptions(config.webhooks),
    pollInterval: config.pollInterval,
    connectPage: config.connectPage,
    authorize: authenticated ? authorizeCaller : 'open', // authentication is enforced by the hooks of app.ts
    ...(anyLimited(config.keys) && { identify: identifyCaller }),
    ...(config.connectionId !== null && { connection: config.connectionId }),
    readOnly: config.readOnly,
    ...(Object.keys(config.operations).length > 0 && { operations: config.operations }),
    cache: config.cache,
    ...(config.streamLimit !== null && { streamLimit: config.streamLimit }),
    rateLimits: { maxWait: config.maxWait, onRedisDown: config.onRedisDown, replicas: config.replicas },
    usageAllowance: config.usageAllowance,
    observer: metrics.rateLimits,
    readExports,
    ...(tracing !== undefined && { tracer: tracing.tracer }),
    ...(onEvent !== undefined && { onEvent }),
    ...(redis !== null && { redis })
  }
}

function eventHandler ({ target, eventLog }: RollerParts): AllOptions['onEvent'] {
  if (target !== null) return target.send
  if (eventLog === null) return undefined
  return ({ name, id, connectionId }) => { eventLog.info({ event: name, id, connectionId }, 'an event') }
}
