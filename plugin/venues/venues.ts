/** Assembles the venue parts: the index behind the pipeline's venue check, and its updates. */
import type { Clock } from '../util/clock.ts'
import type { RateLimiter } from '../gateway/limits/rate-limiter.ts'
import type { CallSender } from '../gateway/call.ts'
import type { CatalogOperation } from '../operations/validate.ts'
import type { ConnectionEvent } from '../nango/connection-events.ts'
import type { Connections } from '../nango/connections.ts'
import type { RollerEnvironment } from '../nango/venue.ts'
import { ConnectionIndex } from './connection-index.ts'
import { ConnectionLock, type Lock } from './connection-lock.ts'
import { ConnectionLifecycle } from './connection-lifecycle.ts'
import { ConnectionPoller } from './connection-poller.ts'
import { ManagedConnections } from './managed-connections.ts'
import { VenueVerifier } from './venue-verifier.ts'

export interface VenuesOptions {
  readonly connections: Connections
  readonly index: ConnectionIndex
  /** How the venue is requested from ROLLER. */
  readonly pipeline: CallSender
  /** `GET /venues/me`. */
  readonly entry: CatalogOperation
  readonly environment: RollerEnvironment
  /** False: venues are not verified. */
  readonly identifies: boolean
  /** Milliseconds between two polls of Nango's list; 0 disables polling. */
  readonly pollMs: number
  readonly clock: Clock
  readonly emit: (event: ConnectionEvent) => Promise<void>
  readonly forgetCredentials: (connectionId: string) => Promise<void>
  readonly lock: Lock
  /** Makes the other replicas read a connection again. */
  readonly publish: (connectionId: string) => Promise<void>
  readonly rateLimiter: Pick<RateLimiter, 'coolingOff'>
  /** Deletes a venue's registrations for ROLLER's webhooks. */
  readonly unsubscribe: (connectionId: string) => Promise<void>
  readonly warn: (message: string, error: unknown, connectionId?: string) => void
}

export interface Venues {
  readonly connections: ManagedConnections
  readonly index: ConnectionIndex
  readonly lifecycle: ConnectionLifecycle
  /** Null: polling is disabled. */
  readonly poller: ConnectionPoller | null
  close (): Promise<void>
}

export function assembleVenues (options: VenuesOptions): Venues {
  const { connections, index, pipeline, entry, environment, identifies, pollMs, clock } = options
  const { emit, forgetCredentials, publish, rateLimiter, unsubscribe, warn } = options
  const lock = new ConnectionLock({ lock: options.lock, clock })
  const verifier = identifies ? new VenueVerifier({ connections, pipeline, entry, environment, clock, lock, forgetCredentials }) : null
  const lifecycle = new ConnectionLifecycle({ connections, index, verifier, emit, forgetCredentials, publish, warn })
  const poller = pollMs === 0
    ? null
    : new ConnectionPoller(
      { connections, index, lifecycle, environment, clock, intervalMs: pollMs, identifies, warn }
    )
  const managed = new ManagedConnections(
    { connections, index, verifier, lifecycle, lock, rateLimiter, forgetCredentials, publish, unsubscribe, warn }
  )
  return {
    connections: managed,
    index,
    lifecycle,
    poller,
    async close () {
      await poller?.stop()
      await lifecycle.close()
      await managed.close()
    }
  }
}
