/** What the package's other plugins take of a registration beyond `app.roller`. */
import type { RollerClient } from './client/client.ts'
import type { OperationPolicy } from './operations/operation-policy.ts'
import type { CatalogOperation } from './operations/validate.ts'
import type { RedisLike } from './redis/client.ts'
import type { Roller } from './roller.ts'
import type { Access } from './routes/access.ts'
import type { Addresses } from './routes/addresses.ts'
import type { ManagedConnections } from './venues/managed-connections.ts'

export interface Registration {
  readonly access: Access
  readonly addresses: Addresses
  readonly client: RollerClient
  /** The catalog. */
  readonly entries: ReadonlyMap<string, CatalogOperation>
  readonly connections: ManagedConnections
  /** Which operations are open. */
  readonly policy: OperationPolicy
  /** Nango's secret key: what is signed with a key derived from it, every replica can verify. */
  readonly secretKey: string
  readonly redis: RedisLike | undefined
}

/** Found by the package's CommonJS and ES module copies alike. */
const REGISTRATION = Symbol.for('fastify-roller.registration')

export function keepRegistration (roller: Roller, registration: Registration): void {
  Object.defineProperty(roller, REGISTRATION, { value: () => registration }) // a function, since it holds secrets that no log may show
}

/** Undefined for an object that this package did not create. */
export function registrationOf (roller: Roller | undefined): Registration | undefined {
  return (roller as { [REGISTRATION]?: () => Registration } | undefined)?.[REGISTRATION]?.() // set above
}
