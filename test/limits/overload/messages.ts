/** What the parent and its replicas say to each other. */
import type { AllOptions } from 'fastify-roller/internal'

/** Parent to replica. */
export interface Setup {
  readonly redisPort: number
  readonly nangoUrl: string
  readonly secretKey: string
  readonly rateLimits: NonNullable<AllOptions['rateLimits']>
}

/** Replica to parent: first that it listens, then, when asked with `stop`, how long its event loop stood still at worst. */
export type Report = { readonly port: number } | { readonly stoodStillMs: number }
