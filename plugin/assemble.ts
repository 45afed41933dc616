/** Puts the parts together, from checked options. Knows nothing of Fastify. */
import { randomUUID } from 'node:crypto'
import { systemClock, type Clock } from './util/clock.ts'
import { ConnectPage } from './connect-page/connect-page.ts'
import { Events } from './webhooks/events.ts'
import { RateLimiter, environmentTag } from './gateway/limits/rate-limiter.ts'
import { effectiveLimits, type RateLimitOptions } from './gateway/limits/limits.ts'
import { MemoryLimitStore } from './gateway/limits/memory-store.ts'
import { newsKeys, RedisLimitStore } from './gateway/limits/redis-store.ts'
import { ResilientLimitStore } from './gateway/limits/resilient-store.ts'
import type { LimitStore } from './gateway/limits/store.ts'
import { MemoryCacheStore } from './gateway/cache/memory-store.ts'
import { RedisCacheStore } from './gateway/cache/redis-store.ts'
import type { CacheStore } from './gateway/cache/store.ts'
import type { CatalogOperation } from './operations/validate.ts'
import { Pipeline } from './gateway/pipeline.ts'
import { Renewals } from './gateway/renewal.ts'
import { RedisRefreshLock } from './gateway/refresh-lock.ts'
import { defaultRetryPolicy } from './gateway/retry.ts'
import { UsageMeter } from './gateway/usage/usage.ts'
import { DirectTransport } from './gateway/transport/direct.ts'
import { NangoTransport } from './gateway/transport/nango.ts'
import type { TokenSource } from './gateway/transport/token-cache.ts'
import { poolUse } from './gateway/transport/pool-use.ts'
import { traceDispatches } from './gateway/transport/traced.ts'
import { describeError } from './util/log-error.ts'
import { openAgent } from './util/outgoing-agent.ts'
import { proxyFinder } from './util/proxy.ts'
import { NangoClient } from './nango/client.ts'
import { readState, type ConnectionState } from './nango/connection-state.ts'
import { Connections } from './nango/connections.ts'
import { OtherEnvironment } from './nango/other-environment.ts'
import { TokenEndpoint } from './nango/token-endpoint.ts'
import { TokenFailures } from './nango/token-failures.ts'
import { readToken, renewToken } from './nango/token.ts'
import type { ParsedOptions } from './options.ts'
import { hasParameters } from './routes/addresses.ts'
import { ROLLER_BASE_URLS } from './operations/base-url.ts'
import { catalogOperations, RollerClient } from './client/client.ts'
import { operations } from './operations/operations.ts'
import { createOperationPolicy } from './operations/operation-policy.ts'
import { Roller } from './roller.ts'
import { ConnectionIndex } from './venues/connection-index.ts'
import { ConnectionNews } from './venues/connection-news.ts'
import { VenueCheck } from './venues/venue-check.ts'
import { assembleVenues } from './venues/venues.ts'
import { USER_AGENT } from './version.ts'
import { assembleWebhooks } from './webhooks/webhooks.ts'

/** Log lines of the assembly. */
export interface AssemblyLog {
  warn (message: string): void
  warn (fields: object, message: string): void
  error (fields: object, message: string): void
  info (message: string): void
  info (fields: object, message: string): void
}

/** @param prefix of all routes, including the host's own */
export function assemble (options: ParsedOptions, log: AssemblyLog, prefix: string) {
  const clock = options.clock ?? systemClock
  const { secretKey, host, publicHost, connectUrl, integrationId } = options.nango
  const { environment } = options
  const rollerBaseUrl = options.rollerBaseUrl ?? ROLLER_BASE_URLS[environment]
  // Nango keeps idle connections for 61 s; ours end before, so that a call is not written to one that is just being closed.
  const findProxy = proxyFinder(options.proxy)
  const { dispatcher: agent, stats } = openAgent({
    connections: options.maxSockets, keepAliveTimeout: 30_000, keepAliveMaxTimeout: 55_000, connect: { timeout: options.timeouts.connect }
  }, findProxy)
  const nango = new NangoClient({
    host, publicHost, connectUrl, secretKey, integrationId, timeoutMs: options.timeouts.control, userAgent: USER_AGENT, findProxy
  })
  const dispatcher = options.tracer === undefined ? agent : traceDispatches(agent, options.tracer)
  const dispatchParts = { userAgent: USER_AGENT, agent: dispatcher, timeouts: options.timeouts, clock }
  const direct = options.transport === 'nango'
    ? null
    : new DirectTransport({ ...dispatchParts, baseUrl: rollerBaseUrl, readToken: (id, force) => readVerifiedToken(id, force) })
  const identifies = options.verifyVenues
  const now = (): number => clock.now()
  /** The row of the token also holds the venue's state, so a verified venue is verified for this very token. */
  const readVerifiedToken: TokenSource = async (connectionId, force) => {
    const asOf = now()
    const { token, expiresAt, row } = await readToken(nango, connectionId, force)
    if (!identifies) return { token, expiresAt, verified: true }
    return { token, expiresAt, verified: learn(row, asOf).verification === 'verified' }
  }
  const learn = (row: unknown, asOf: number): ConnectionState => {
    const state = readState(nango, row, asOf)
    index.update(state)
    return state
  }
  const renew = (id: string): Promise<void> => direct === null ? renewToken(nango, id, clock, learn) : direct.renew(id)
  const forgetCredentials = async (connectionId: string): Promise<void> => {
    direct?.forget(connectionId)
    webhooks.forget(connectionId)
    await pipeline.forget(connectionId)
  }
  const otherEnvironment = new OtherEnvironment({
    // For a custom address (a proxy, a simulator) the matching host of the other environment is unknown.
    url: options.otherBaseUrl ?? options.rollerBaseUrl ?? ROLLER_BASE_URLS[environment === 'live' ? 'playground' : 'live'],
    dispatcher: agent,
    timeoutMs: options.timeouts.control
  })
  const tokenEndpoint = new TokenEndpoint({ url: rollerBaseUrl, dispatcher: agent, timeoutMs: options.timeouts.control })
  const tokenFailures = new TokenFailures({ nango, tokenEndpoint, clock })
  const connections = new Connections(nango, { environment, otherEnvironment, tokenEndpoint, clientIds: nango.clientIds, now })
  const index = new ConnectionIndex({ connections, environment, clock })
  const credentialOf = async (connectionId: string): Promise<string> =>
    identifies ? (await index.get(connectionId)).credential : `connection:${connectionId}`
  const venueOf = async (connectionId: string): Promise<string | null> => identifies ? (await index.get(connectionId)).venueId : null
  /** Another Nango environment has other venues under the same connection ids. */
  const nangoEnvironment = JSON.stringify([host, secretKey])
  const rateLimiter = new RateLimiter({
    store: limitStore(options, clock, log),
    // TypeBox types an optional field as `| undefined`; here absent and undefined are equivalent.
    limits: effectiveLimits(options.rateLimits as RateLimitOptions),
    maxQueue: options.rateLimits.maxQueue,
    sole: typeof options.connection === 'string',
    scope: integrationId,
    environment: nangoEnvironment,
    // Nango's limit counts proxied calls and calls of its own API; the direct transport makes hardly any of either.
    account: direct === null,
    clock,
    observer: options.observer
  })
  const usage = new UsageMeter({
    redis: options.redis,
    scope: JSON.stringify([host, integrationId, secretKey]),
    allowance: options.usageAllowance,
    byVenue: identifies,
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
  const news = options.redis === undefined
    ? null
    : new ConnectionNews({
      client: options.redis,
      keys: newsKeys('roller', environmentTag(nangoEnvironment), integrationId),
      clock,
      onNews: (connectionId) => { onNews(connectionId) }
    })
  const refreshLock = options.redis === undefined
    ? null
    : new RedisRefreshLock(options.redis, environmentTag(JSON.stringify([host, integrationId, secretKey])), { clock })
  const holdsToken = (connectionId: string): boolean => direct?.holdsVerified(connectionId) ?? false
  /** Another replica reports a change of a connection; null: of all. */
  const onNews = (connectionId: string | null): void => {
    if (connectionId === null) {
      index.forgetAll()
      direct?.forgetAll()
      return
    }
    index.forget(connectionId)
    direct?.forget(connectionId)
    webhooks.forget(connectionId)
    pipeline.detach(connectionId)
  }
  const entries = catalogOperations(operations)
  const { maxWait, maxWaitLimit } = options.rateLimits
  const policy = createOperationPolicy(options)
  const pipeline = new Pipeline({
    policy,
    defaults: { validate: options.validation, maxWaitMs: Math.min(maxWait, maxWaitLimit) },
    checkVenue: identifies
      ? (next) => new VenueCheck({ next, index, environment, verify: (id) => venues.lifecycle.verify(id), holdsToken })
      : null,
    cache: options.cache === undefined ? null : { rules: options.cache, store: cacheStore(options, clock, rollerBaseUrl) },
    transport: direct ?? new NangoTransport({ ...dispatchParts, host, secretKey, integrationId }),
    rateLimiter,
    usage,
    renewals: new Renewals(
      { renew: tokenFailures.explained((id) => renew(id)), adoptRenewed: async (id) => { await direct?.adoptRenewed(id) } },
      clock,
      refreshLock
    ),
    retry: { ...defaultRetryPolicy, limit: options.retries, ...options.retryPolicy },
    news,
    explain: (error, connectionId) => tokenFailures.explain(error, connectionId),
    clock
  })
  const events = new Events({ clock, timeoutMs: options.eventTimeout })
  if (options.onEvent !== undefined) events.on('*', options.onEvent)
  const venues = assembleVenues({
    connections,
    index,
    pipeline,
    entry: entries.get('GET /venues/me') as CatalogOperation, // a key of the catalog
    environment,
    identifies,
    pollMs: options.pollInterval,
    clock,
    emit: (event) => webhooks.deliver(event),
    forgetCredentials,
    lock: (connectionId) => webhooks.lock(connectionId),
    publish: async (connectionId) => { await news?.publish(connectionId) },
    rateLimiter,
    unsubscribe: async (connectionId) => { await webhooks.subscriptions.remove(connectionId) },
    warn: (message, error, connectionId) => {
      log.warn({ err: describeError(error), ...(connectionId !== undefined && { connectionId }) }, message)
    }
  })
  // ROLLER's webhooks have one address; below a prefix with parameters there is none.
  const publicUrl = options.publicUrl === undefined || hasParameters(prefix) ? undefined : options.publicUrl.replace(/\/+$/, '') + prefix
  const connectPage = !options.connectPage
    ? null
    : new ConnectPage({ nango, secretKey, environment, lifecycle: venues.lifecycle })
  const client = new RollerClient({ pipeline, entries })
  const webhooks = assembleWebhooks({
    client,
    events,
    clock,
    log,
    redis: options.redis,
    scope: JSON.stringify([host, integrationId, secretKey]),
    publicUrl,
    secrets: options.rollerWebhookSecrets ?? [],
    eventTimeoutMs: options.eventTimeout,
    readConnection: async (connectionId) => (await connections.find(connectionId)).connection,
    rollerBaseUrl,
    bulkExportHosts: options.bulkExportHosts,
    findProxy,
    timeouts: options.timeouts
  })
  const roller = new Roller({
    integrationId,
    environment,
    nango,
    venues,
    otherEnvironment,
    pipeline,
    rateLimiter,
    credentialOf,
    client,
    events,
    webhooks,
    pool: () => poolUse(stats()),
    clock
  })
  return {
    roller,
    nango,
    rateLimiter,
    credentialOf,
    venueOf,
    client,
    usage,
    pipeline,
    entries,
    venues,
    connectPage,
    events,
    webhooks,
    policy,
    clock,
    start () {
      news?.start()
      venues.poller?.start()
    },
    async close () {
      await news?.stop()
      await webhooks.close()
      await venues.close()
      await webhooks.closeDelivery()
      await agent.close()
      await usage.close()
      await rateLimiter.close()
      nango.close()
    }
  }
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
function cacheStore ({ redis, cacheSize, nango, transport }: ParsedOptions, clock: Clock, rollerBaseUrl: string): CacheStore {
  if (redis === undefined) return new MemoryCacheStore(cacheSize, clock)
  const scope = JSON.stringify([nango.host, nango.integrationId, nango.secretKey, transport, rollerBaseUrl])
  return new RedisCacheStore(redis, { clock, scope })
}
