/** Puts the parts together that have to do with ROLLER's webhooks. */
import type { Clock } from '../util/clock.ts'
import { openAgent } from '../util/outgoing-agent.ts'
import type { FindProxy } from '../util/proxy.ts'
import { RollerError } from '../errors.ts'
import type { Events } from './events.ts'
import { MemoryExportInbox } from '../client/export-inbox-memory.ts'
import { RedisExportInbox } from '../client/export-inbox-redis.ts'
import { MemoryDedupeStore } from './dedupe-memory.ts'
import type { DedupeStore } from './dedupe-store.ts'
import { ReliableDelivery, type DeliveryLog } from './reliable-delivery.ts'
import { RedisDedupeStore } from './dedupe-redis.ts'
import { SharedDedupeStore } from './dedupe-shared.ts'
import type { Connection } from '../nango/connection.ts'
import type { ConnectionEvent } from '../nango/connection-events.ts'
import type { RedisLike } from '../redis/client.ts'
import { isLoopback } from '../operations/base-url.ts'
import { bulkExport, type BulkExportFile, type BulkExportInput } from '../client/bulk-export.ts'
import type { RollerClient } from '../client/client.ts'
import { RollerIntake, type IntakeLog } from './intake.ts'
import { ConnectionLookup } from './connection-lookup.ts'
import { Subscriptions } from './subscriptions.ts'

export interface WebhookParts {
  readonly client: RollerClient
  readonly events: Events
  readonly clock: Clock
  readonly log: IntakeLog & DeliveryLog
  readonly redis: RedisLike | undefined
  /** Separates Nango environments and integrations in one Redis. */
  readonly scope: string
  /** With the prefix of the routes. */
  readonly publicUrl: string | undefined
  readonly secrets: readonly string[]
  readonly eventTimeoutMs: number
  /** Reads a connection of this integration from Nango. */
  readonly readConnection: (connectionId: string) => Promise<Connection>
  readonly rollerBaseUrl: string
  /** Default: ROLLER's hosts. */
  readonly bulkExportHosts: readonly string[] | undefined
  readonly findProxy: FindProxy
  readonly timeouts: { readonly connect: number, readonly headers: number, readonly idle: number }
}

export type Webhooks = ReturnType<typeof assembleWebhooks>

export function assembleWebhooks (parts: WebhookParts) {
  const { client, events, clock, log, redis, scope, publicUrl, secrets, eventTimeoutMs, readConnection, timeouts } = parts
  const dedupeStore = createDedupeStore(parts)
  const inbox = redis === undefined ? new MemoryExportInbox(clock) : new RedisExportInbox(redis, { scope, clock })
  const delivery = new ReliableDelivery({ deliver: (event) => events.deliver(event), store: dedupeStore, clock, log })
  const connections = new ConnectionLookup({ read: readConnection, clock })
  const subscriptions = new Subscriptions({ client, baseUrl: publicUrl, secrets })
  // Files are on separate hosts that are rarely called.
  const closing = new AbortController()
  const { dispatcher: files } = openAgent({ keepAliveTimeout: 4_000, connect: { timeout: timeouts.connect } }, parts.findProxy)
  return {
    subscriptions,
    intake: new RollerIntake({ events, dedupeStore, inbox, clock, log, timeoutMs: eventTimeoutMs, connections }),

    /** A connection was deleted or belongs to another venue now: its events are compared with Nango's next response. */
    forget (connectionId: string): void { connections.forget(connectionId) },

    /**
     * Delivers a connection event, which several replicas and sources may report. A failed delivery is retried for 24
     * hours.
     * @throws EventBusy while another replica delivers the event; EventNotHandled when a handler failed
     */
    deliver: (event: ConnectionEvent): Promise<void> => delivery.deliver(event),

    /**
     * Lets one replica at a time verify a connection or write its tags; one that dies blocks it for half a minute. Null: the lock is held.
     */
    async lock (connectionId: string): Promise<(() => Promise<void>) | null> {
      const key = { connectionId, id: 'verification' }
      return await dedupeStore.claim(key) === 'new' ? async () => { await dedupeStore.release(key) } : null
    },

    bulkExport (input: BulkExportInput): AsyncGenerator<BulkExportFile, void, undefined> {
      return bulkExport({
        client,
        inbox,
        clock,
        timeouts,
        dispatcher: files,
        hosts: parts.bulkExportHosts,
        allowLoopback: isSimulated(parts),
        isSubscribed: async (connectionId) => (await subscriptions.list(connectionId)).some(
          ({ enabled, webhooks }) => enabled && webhooks.bulkExport?.events.includes('Created') === true
        )
      }, { ...input, signal: input.signal === undefined ? closing.signal : AbortSignal.any([input.signal, closing.signal]) })
    },

    /** Called after every source of events has closed. */
    closeDelivery: (): Promise<void> => delivery.close(),

    /** A pending export or a half-read file must not delay closing. */
    async close (): Promise<void> {
      closing.abort(
        new RollerError(
          'ROLLER_ERR_CLOSING', { hint: 'Resume with bulkExport({ …, resume: true }), which orders no export and costs nothing.' }
        )
      )
      await files.destroy()
    }
  }
}

function createDedupeStore ({ clock, log, redis, scope }: WebhookParts): DedupeStore {
  const memory = new MemoryDedupeStore(clock)
  if (redis === undefined) return memory
  return new SharedDedupeStore({
    local: memory,
    shared: new RedisDedupeStore(redis, { scope, clock }),
    onRedisDown: () => log.warn({}, 'Redis is down: an event that two replicas get is handled by both until it is back')
  })
}

/** ROLLER cannot send webhooks to this machine: an address on it belongs to a simulator, whose files are here too. */
function isSimulated ({ rollerBaseUrl, publicUrl = '' }: WebhookParts): boolean {
  return [rollerBaseUrl, publicUrl].some((url) => URL.canParse(url) && isLoopback(new URL(url).hostname))
}
