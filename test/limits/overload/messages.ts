/** Messages between the parent and its replicas. */
import type { AllOptions } from 'fastify-roller/internal'

/** Parent to replica. */
export interface Setup {
  readonly redisPort: number
  readonly nangoUrl: string
  readonly secretKey: string
  readonly rateLimits: NonNullable<AllOptions['rateLimits']>
}

/** From a replica to its parent: first that it listens, then, after `stop`, the longest delay of its event loop. */
export type Report = { readonly port: number } | { readonly stalledMs: number }
