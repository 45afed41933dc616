/** Puts the parts together, from checked options. Knows nothing of Fastify. */
import { createCacheStore, createRateLimiter, createUsageMeter, type AssemblyLog } from './assemble-parts.ts'
import { systemClock } from './util/clock.ts'
import { ConnectPage } from './connect-page/connect-page.ts'
import { Events } from './webhooks/events.ts'
import { environmentTag } from './gateway/limits/rate-limiter.ts'
import { newsKeys } from './gateway/limits/redis-store.ts'
import type { CatalogOperation } from './operations/validate.ts'
import { Pipeline } from './gateway/pipeline.ts'
import { Renewals } from './gateway/renewal.ts'
import { RedisRefreshLock } from './gateway/refresh-lock.ts'
import { defaultRetryPolicy } from './gateway/retry.ts'
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
  // Nango's limit counts proxied calls and calls of its own API; the direct transport makes hardly any of either.
  const rateLimiter = createRateLimiter(options, { clock, log, environment: nangoEnvironment, account: direct === null })
  const events = new Events({ clock, timeoutMs: options.eventTimeout })
  if (options.onEvent !== undefined) events.on('*', options.onEvent)
  const usage = createUsageMeter(options, { clock, events, log })
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
    cache: options.cache === undefined ? null : { rules: options.cache, store: createCacheStore(options, clock, rollerBaseUrl) },
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
