/** Puts the parts together, from checked options. Knows nothing of Fastify. */
import { Agent } from 'undici'
import { systemClock, type Clock } from './clock.ts'
import { Budgets } from './gateway/budget/budgets.ts'
import { budgetLimits, type BudgetLimitOptions } from './gateway/budget/limits.ts'
import { MemoryBudgetStore } from './gateway/budget/memory.ts'
import { RedisBudgetStore } from './gateway/budget/redis.ts'
import { ResilientBudgetStore } from './gateway/budget/resilient.ts'
import type { BudgetStore } from './gateway/budget/store.ts'
import { MemoryCacheStore } from './gateway/cache/memory.ts'
import { RedisCacheStore } from './gateway/cache/redis.ts'
import { SharedCalls } from './gateway/cache/shared-calls.ts'
import type { CacheStore } from './gateway/cache/store.ts'
import { Gateway } from './gateway/gateway.ts'
import { Renewals } from './gateway/renewal.ts'
import { RedisRenewalBoard } from './gateway/renewal-board.ts'
import { defaultRetryPolicy } from './gateway/retry.ts'
import { DirectTransport } from './gateway/transport/direct.ts'
import { NangoTransport } from './gateway/transport/nango.ts'
import { NangoClient } from './nango/client.ts'
import { Connections } from './nango/connections.ts'
import { readToken } from './nango/token.ts'
import type { ParsedOptions } from './options.ts'
import { catalogueEntries, RollerClient } from './roller/client.ts'
import { operations } from './roller/operations.ts'
import { permit } from './roller/permit.ts'
import { Roller } from './roller-api.ts'
import { USER_AGENT } from './version.ts'

/** What the assembly says to the host's log. */
export interface AssemblyLog {
  warn (message: string): void
  info (message: string): void
}

export function assemble (options: ParsedOptions, log: AssemblyLog) {
  const clock = options.clock ?? systemClock
  const { secretKey, host, integrationId } = options.nango
  // Nango keeps idle connections for 61 s; ours end before, so that a call is not written to one that is just being closed.
  const agent = new Agent({ connections: options.maxSockets, keepAliveTimeout: 30_000, keepAliveMaxTimeout: 55_000, connect: { timeout: options.timeouts.connect } })
  const nango = new NangoClient({ host, secretKey, integrationId, timeoutMs: options.timeouts.control, userAgent: USER_AGENT })
  const way = { userAgent: USER_AGENT, agent, timeouts: options.timeouts, clock }
  const direct = options.transport === 'nango'
    ? null
    : new DirectTransport({ ...way, baseUrl: options.rollerBaseUrl, readToken: (connectionId, force) => readToken(nango, connectionId, force) })
  const connections = new Connections(nango, (connectionId) => {
    direct?.forget(connectionId)
    gateway.forget(connectionId) // the cache throws nothing, and nobody waits for it
  })
  const budgets = new Budgets({
    store: budgetStore(options, clock, log),
    // TypeBox writes an optional field as `| undefined`; absent and undefined mean the same here.
    limits: budgetLimits(options.budgets as BudgetLimitOptions),
    maxQueue: options.budgets.maxQueue,
    scope: integrationId,
    // Nango's limit counts the calls it passes on, and those to its own API, of which the direct way has hardly any.
    account: direct === null ? { id: `${host} ${secretKey}` } : null,
    clock,
    observer: options.observer
  })
  const road = new Gateway({
    transport: direct ?? new NangoTransport({ ...way, host, secretKey, integrationId }),
    budgets,
    renewals: new Renewals(
      (connectionId) => direct === null ? connections.forceRefresh(connectionId) : direct.renew(connectionId),
      clock,
      options.redis === undefined ? null : new RedisRenewalBoard(options.redis, integrationId)
    ),
    retry: { ...defaultRetryPolicy, limit: options.retries, ...options.retryPolicy },
    clock
  })
  const { cache } = options
  const gateway = new SharedCalls({ gateway: road, clock, ...(cache !== undefined && { cache: { rules: cache, store: cacheStore(options, clock) } }) })
  const entries = catalogueEntries(operations)
  const client = new RollerClient({
    gateway,
    entries,
    validate: options.validation === 'on',
    maxWaitMs: options.budgets.maxWait,
    permit: (method) => permit(method, options.readOnly)
  })
  const roller = new Roller({ integrationId, nango, connections, gateway, budgets, client })
  return {
    roller,
    nango,
    connections,
    budgets,
    gateway,
    entries,
    async close () {
      await agent.close()
      await budgets.close()
      nango.close()
    }
  }
}

/** One process counts in memory. Replicas share Redis, and agree on what to do when it is away. */
function budgetStore ({ redis, budgets }: ParsedOptions, clock: Clock, log: AssemblyLog): BudgetStore {
  const now = (): number => clock.now()
  if (redis === undefined) return new MemoryBudgetStore({ now })
  return new ResilientBudgetStore(new RedisBudgetStore(redis), {
    whenAway: budgets.whenAway,
    replicas: budgets.replicas,
    now,
    onAway: () => log.warn(budgets.whenAway === 'share'
      ? `Redis is away: this replica keeps to its share of the rate budgets, 1 of ${budgets.replicas}`
      : 'Redis is away: no calls are sent to ROLLER until it is back'),
    onBack: () => log.info('Redis is back: the rate budgets are shared again')
  })
}

/** Replicas share what is kept. Another environment of Nango, or another ROLLER, has other venues under the same connection ids. */
function cacheStore ({ redis, cacheSize, nango, transport, rollerBaseUrl }: ParsedOptions, clock: Clock): CacheStore {
  if (redis === undefined) return new MemoryCacheStore(cacheSize, clock)
  return new RedisCacheStore(redis, { clock, scope: JSON.stringify([nango.host, nango.integrationId, nango.secretKey, transport, rollerBaseUrl]) })
}
