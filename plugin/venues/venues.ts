/** Puts together what knows of venues: the guard on the road, the directory behind it, and what keeps both up to date. */
import type { Clock } from '../clock.ts'
import type { Budgets } from '../gateway/budget/budgets.ts'
import type { CallHandler, CatalogueEntry } from '../gateway/call.ts'
import type { ConnectionEvent } from '../nango/connection-events.ts'
import type { Connections } from '../nango/connections.ts'
import type { RollerEnvironment } from '../nango/venue.ts'
import { Directory } from './directory.ts'
import { VenueIdentity } from './identity.ts'
import { ConnectionLife } from './life.ts'
import { ManagedConnections } from './managed-connections.ts'
import { VenueGuard } from './venue-guard.ts'
import { ConnectionWatch } from './watch.ts'

export interface VenuesOptions {
  readonly connections: Connections
  readonly gateway: CallHandler
  /** `GET /venues/me`. */
  readonly entry: CatalogueEntry
  readonly environment: RollerEnvironment
  /** False: connections are not asked for their venue. */
  readonly identifies: boolean
  /** Milliseconds between two looks at Nango's list; 0: none. */
  readonly watchMs: number
  readonly clock: Clock
  readonly emit: (event: ConnectionEvent) => Promise<void>
  readonly forgetCredentials: (connectionId: string) => Promise<void>
  readonly budgets: Pick<Budgets, 'coolingOff'>
  /** Takes a venue's registrations for ROLLER's webhooks back. */
  readonly unsubscribe: (connectionId: string) => Promise<void>
  readonly warn: (message: string, error: unknown, connectionId?: string) => void
}

export interface Venues {
  readonly connections: ManagedConnections
  readonly directory: Directory
  readonly identity: VenueIdentity
  readonly life: ConnectionLife
  /** Takes all calls, before the gateway does. */
  readonly guard: CallHandler
  /** Null: nobody looks. */
  readonly watch: ConnectionWatch | null
  close (): Promise<void>
}

export function assembleVenues ({ connections, gateway, entry, environment, identifies, watchMs, clock, emit, forgetCredentials, budgets, unsubscribe, warn }: VenuesOptions): Venues {
  const directory = new Directory({ connections, environment })
  const identity = new VenueIdentity({ connections, gateway, entry, environment })
  const life = new ConnectionLife({ connections, directory, identity: identifies ? identity : null, emit, forgetCredentials, warn })
  const guard = identifies ? new VenueGuard({ gateway, directory, environment, settle: (id, reread) => life.settle(id, reread), warn }) : null
  const watch = watchMs === 0 ? null : new ConnectionWatch({ connections, directory, life, clock, intervalMs: watchMs, identifies, warn })
  const managed = new ManagedConnections({ connections, directory, identity, identifies, life, budgets, forgetCredentials, unsubscribe, warn })
  return {
    connections: managed,
    directory,
    identity,
    life,
    guard: guard ?? gateway,
    watch,
    async close () {
      await watch?.stop()
      await guard?.close()
      await managed.close()
    }
  }
}
