/** Puts together what knows of venues: the check in front of the pipeline, the index behind it, and what keeps both up to date. */
import type { Clock } from '../util/clock.ts'
import type { RateLimiter } from '../gateway/limits/rate-limiter.ts'
import type { CallHandler } from '../gateway/call.ts'
import type { CatalogOperation } from '../operations/validate.ts'
import type { ConnectionEvent } from '../nango/connection-events.ts'
import type { Connections } from '../nango/connections.ts'
import type { RollerEnvironment } from '../nango/venue.ts'
import { ConnectionIndex } from './connection-index.ts'
import { ConnectionLifecycle } from './connection-lifecycle.ts'
import { ConnectionPoller } from './connection-poller.ts'
import { ManagedConnections } from './managed-connections.ts'
import { VenueCheck } from './venue-check.ts'
import { VenueVerifier } from './venue-verifier.ts'

export interface VenuesOptions {
  readonly connections: Connections
  readonly index: ConnectionIndex
  /** What calls go through once their venue is verified. */
  readonly gateway: CallHandler
  /** The pipeline alone: what asks for the venue shares no answer with anybody. */
  readonly pipeline: CallHandler
  /** `GET /venues/me`. */
  readonly entry: CatalogOperation
  readonly environment: RollerEnvironment
  /** False: connections are not asked for their venue. */
  readonly identifies: boolean
  /** Milliseconds between two polls of Nango's list; 0: none. */
  readonly pollMs: number
  readonly clock: Clock
  readonly emit: (event: ConnectionEvent) => Promise<void>
  readonly forgetCredentials: (connectionId: string) => Promise<void>
  readonly holdsToken: (connectionId: string) => boolean
  /** Lets one replica at a time verify a connection. */
  readonly lock: (connectionId: string) => Promise<(() => Promise<void>) | null>
  /** Makes the other replicas read a connection anew. */
  readonly publish: (connectionId: string) => Promise<void>
  readonly budgets: Pick<RateLimiter, 'coolingOff'>
  /** Takes a venue's registrations for ROLLER's webhooks back. */
  readonly unsubscribe: (connectionId: string) => Promise<void>
  readonly warn: (message: string, error: unknown, connectionId?: string) => void
}

export interface Venues {
  readonly connections: ManagedConnections
  readonly index: ConnectionIndex
  readonly lifecycle: ConnectionLifecycle
  /** Takes all calls, before the gateway does. */
  readonly check: CallHandler
  /** Null: nothing polls. */
  readonly poller: ConnectionPoller | null
  close (): Promise<void>
}

export function assembleVenues (options: VenuesOptions): Venues {
  const { connections, index, gateway, pipeline, entry, environment, identifies, pollMs, clock } = options
  const { emit, forgetCredentials, holdsToken, lock, publish, budgets, unsubscribe, warn } = options
  const verifier = identifies
    ? new VenueVerifier({ connections, gateway: pipeline, entry, environment, clock, lock, forgetCredentials })
    : null
  const lifecycle = new ConnectionLifecycle({ connections, index, verifier, emit, forgetCredentials, publish, warn })
  const check = identifies ? new VenueCheck({ gateway, index, environment, verify: (id) => lifecycle.verify(id), holdsToken }) : gateway
  const poller = pollMs === 0
    ? null
    : new ConnectionPoller({ connections, index, lifecycle, environment, clock, intervalMs: pollMs, identifies, warn })
  const managed = new ManagedConnections({
    connections, index, verifier, lifecycle, budgets, forgetCredentials, publish, unsubscribe, warn
  })
  return {
    connections: managed,
    index,
    lifecycle,
    check,
    poller,
    async close () {
      await poller?.stop()
      await lifecycle.close()
      await managed.close()
    }
  }
}
