/** Puts the parts together, from checked options. Knows nothing of Fastify. */
import {
  createCacheStore, createNews, createRateLimiter, createRefreshLock, createUsageMeter, integrationScope, type AssemblyLog
} from './assemble-parts.ts'
import { assembleUpstream } from './assemble-upstream.ts'
import { systemClock } from './util/clock.ts'
import { ConnectPage } from './connect-page/connect-page.ts'
import { Events } from './webhooks/events.ts'
import type { CatalogOperation } from './operations/validate.ts'
import { Pipeline } from './gateway/pipeline.ts'
import { Renewals } from './gateway/renewal.ts'
import { defaultRetryPolicy } from './gateway/retry.ts'
import { poolUse } from './gateway/transport/pool-use.ts'
import { describeError } from './util/log-error.ts'
import type { ParsedOptions } from './options.ts'
import { hasParameters } from './routes/addresses.ts'
import { catalogOperations, RollerClient } from './client/client.ts'
import { operations } from './operations/operations.ts'
import { createOperationPolicy } from './operations/operation-policy.ts'
import { Roller } from './roller.ts'
import { VenueCheck } from './venues/venue-check.ts'
import { assembleVenues } from './venues/venues.ts'
import { assembleWebhooks } from './webhooks/webhooks.ts'

/** @param prefix of all routes, including the host's own */
export function assemble (options: ParsedOptions, log: AssemblyLog, prefix: string) {
  const clock = options.clock ?? systemClock
  const { environment, redis, verifyVenues } = options
  const upstream = assembleUpstream(options, clock)
  const { nango, connections, index, direct, tokenFailures, otherEnvironment, rollerBaseUrl, findProxy } = upstream
  const events = new Events({ clock, timeoutMs: options.eventTimeout })
  if (options.onEvent !== undefined) events.on('*', options.onEvent)
  const rateLimiter = createRateLimiter(options, { clock, log })
  const usage = createUsageMeter(options, { clock, events, log })
  const policy = createOperationPolicy(options)
  const entries = catalogOperations(operations)

  const forgetCredentials = async (connectionId: string): Promise<void> => {
    direct?.forget(connectionId)
    webhooks.forget(connectionId)
    await pipeline.forget(connectionId)
  }
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
  const news = createNews(options, clock, onNews)
  const renewals = new Renewals({
    renew: tokenFailures.explained(upstream.renew),
    adoptRenewed: async (connectionId) => { await direct?.adoptRenewed(connectionId) }
  }, clock, createRefreshLock(options, clock))

  const { maxWait, maxWaitLimit } = options.rateLimits
  const holdsToken = (connectionId: string): boolean => direct?.holdsVerified(connectionId) ?? false
  const pipeline = new Pipeline({
    policy,
    defaults: { validate: options.validation, maxWaitMs: Math.min(maxWait, maxWaitLimit) },
    checkVenue: verifyVenues
      ? (next) => new VenueCheck({
          next,
          index,
          environment,
          verify: (id) => venues.lifecycle.verify(id),
          holdsToken,
          refreshNews: async () => { await news?.refresh() },
          clock
        })
      : null,
    cache: options.cache === undefined ? null : { rules: options.cache, store: createCacheStore(options, clock, rollerBaseUrl) },
    transport: upstream.transport,
    rateLimiter,
    usage,
    renewals,
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
    identifies: verifyVenues,
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
  const client = new RollerClient({ pipeline, entries })
  const webhooks = assembleWebhooks({
    client,
    events,
    clock,
    log,
    redis,
    scope: integrationScope(options),
    publicUrl: publicUrlOf(options, prefix),
    secrets: options.rollerWebhookSecrets ?? [],
    eventTimeoutMs: options.eventTimeout,
    readConnection: async (connectionId) => (await connections.find(connectionId)).connection,
    rollerBaseUrl,
    bulkExportHosts: options.bulkExportHosts,
    findProxy,
    timeouts: options.timeouts
  })

  const credentialOf = async (connectionId: string): Promise<string> =>
    verifyVenues ? (await index.get(connectionId)).credential : `connection:${connectionId}`
  const venueOf = async (connectionId: string): Promise<string | null> => verifyVenues ? (await index.get(connectionId)).venueId : null
  const { integrationId, secretKey } = options.nango
  const shared = { nango, venues, pipeline, rateLimiter, credentialOf, client, events, webhooks, clock }
  return {
    ...shared,
    roller: new Roller({ ...shared, integrationId, environment, otherEnvironment, pool: () => poolUse(upstream.stats()) }),
    connectPage: options.connectPage ? new ConnectPage({ nango, secretKey, environment, lifecycle: venues.lifecycle }) : null,
    venueOf,
    usage,
    entries,
    policy,
    start () {
      news?.start()
      venues.poller?.start()
    },
    async close () {
      await news?.stop()
      await webhooks.close()
      await venues.close()
      await webhooks.closeDelivery()
      await upstream.agent.close()
      await usage.close()
      await rateLimiter.close()
      nango.close()
    }
  }
}

/** ROLLER's webhooks have one address; below a prefix with parameters there is none. */
function publicUrlOf ({ publicUrl }: ParsedOptions, prefix: string): string | undefined {
  return publicUrl === undefined || hasParameters(prefix) ? undefined : publicUrl.replace(/\/+$/, '') + prefix
}
