/** The parts of the assembly that differ by options: rate limits, usage, and what replicas share, in memory or in Redis. */
import { randomUUID } from 'node:crypto'
import { MemoryCacheStore } from './gateway/cache/memory-store.ts'
import { RedisCacheStore } from './gateway/cache/redis-store.ts'
import type { CacheStore } from './gateway/cache/store.ts'
import { effectiveLimits, type RateLimitOptions } from './gateway/limits/limits.ts'
import { MemoryLimitStore } from './gateway/limits/memory-store.ts'
import { environmentTag, RateLimiter } from './gateway/limits/rate-limiter.ts'
import { newsKeys, RedisLimitStore } from './gateway/limits/redis-store.ts'
import { ResilientLimitStore } from './gateway/limits/resilient-store.ts'
import type { LimitStore } from './gateway/limits/store.ts'
import { RedisRefreshLock } from './gateway/refresh-lock.ts'
import { UsageMeter } from './gateway/usage/usage.ts'
import type { ParsedOptions } from './options.ts'
import type { Clock } from './util/clock.ts'
import { describeError } from './util/log-error.ts'
import { ConnectionNews } from './venues/connection-news.ts'
import type { Events } from './webhooks/events.ts'

/** Log lines of the assembly. */
export interface AssemblyLog {
  warn (message: string): void
  warn (fields: object, message: string): void
  error (fields: object, message: string): void
  info (message: string): void
  info (fields: object, message: string): void
}

/** The Nango environment: another one has other venues under the same connection ids. */
function nangoEnvironment ({ nango: { host, secretKey } }: ParsedOptions): string { return JSON.stringify([host, secretKey]) }

/** The integration in its Nango environment. */
export function integrationScope ({ nango: { host, integrationId, secretKey } }: ParsedOptions): string {
  return JSON.stringify([host, integrationId, secretKey])
}

interface RateLimiterParts {
  readonly clock: Clock
  readonly log: AssemblyLog
}

export function createRateLimiter (options: ParsedOptions, { clock, log }: RateLimiterParts): RateLimiter {
  return new RateLimiter({
    store: limitStore(options, clock, log),
    // TypeBox types an optional field as `| undefined`; here absent and undefined are equivalent.
    limits: effectiveLimits(options.rateLimits as RateLimitOptions),
    maxQueue: options.rateLimits.maxQueue,
    sole: typeof options.connection === 'string',
    scope: options.nango.integrationId,
    environment: nangoEnvironment(options),
    // Nango's limit counts proxied calls and calls of its own API; the direct transport makes hardly any of either.
    account: options.transport === 'nango',
    clock,
    observer: options.observer
  })
}

interface UsageParts {
  readonly clock: Clock
  readonly events: Events
  readonly log: AssemblyLog
}

export function createUsageMeter (options: ParsedOptions, { clock, events, log }: UsageParts): UsageMeter {
  return new UsageMeter({
    redis: options.redis,
    scope: integrationScope(options),
    allowance: options.usageAllowance,
    byVenue: options.verifyVenues,
    clock,
    onUsage: (rateLimit, units) => { options.observer?.used?.(rateLimit, units) },
    onMark: (mark, connectionId, { month, rest, reporting, bulk }) => {
      const usage = { month, rest, reporting, bulk, allowance: options.usageAllowance }
      const event = { name: `usage.${mark}`, id: randomUUID(), connectionId, noticedAt: new Date().toISOString(), usage } as const
      events.deliver(event).catch((error: unknown) => {
        log.warn({ err: describeError(error), connectionId }, `Nothing has taken the event usage.${mark}`)
      })
    }
  })
}

/** A single process counts in memory. Replicas share Redis; `onRedisDown` applies while it is down. */
function limitStore ({ redis, rateLimits }: ParsedOptions, clock: Clock, log: AssemblyLog): LimitStore {
  const now = (): number => clock.now()
  if (redis === undefined) return new MemoryLimitStore({ now })
  return new ResilientLimitStore(new RedisLimitStore(redis, { clock }), {
    onRedisDown: rateLimits.onRedisDown,
    replicas: rateLimits.replicas,
    now,
    onDown: () => log.warn(rateLimits.onRedisDown === 'share'
      ? `Redis is down: this replica keeps to its share of the rate limits, 1 of ${rateLimits.replicas}`
      : 'Redis is down: no calls are sent to ROLLER until it is back'),
    onUp: () => log.info('Redis is back: the rate limits are shared again')
  })
}

/** Replicas share the cache. Another Nango environment, or another ROLLER, has other venues under the same connection ids. */
export function createCacheStore ({ redis, cacheSize, nango, transport }: ParsedOptions, clock: Clock, rollerBaseUrl: string): CacheStore {
  if (redis === undefined) return new MemoryCacheStore(cacheSize, clock)
  const scope = JSON.stringify([nango.host, nango.integrationId, nango.secretKey, transport, rollerBaseUrl])
  return new RedisCacheStore(redis, { clock, scope })
}

/** What other replicas report of connections. Null: there are none. */
export function createNews (
  options: ParsedOptions, clock: Clock, onNews: (connectionId: string | null) => void
): ConnectionNews | null {
  const { redis: client, nango: { integrationId } } = options
  if (client === undefined) return null
  const keys = newsKeys('roller', environmentTag(nangoEnvironment(options)), integrationId)
  return new ConnectionNews({ client, keys, clock, onNews })
}

/** Null: a single process, whose calls share one renewal. */
export function createRefreshLock (options: ParsedOptions, clock: Clock): RedisRefreshLock | null {
  return options.redis === undefined ? null : new RedisRefreshLock(options.redis, environmentTag(integrationScope(options)), { clock })
}
