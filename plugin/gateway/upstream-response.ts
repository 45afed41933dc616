import type { Readable } from 'node:stream'
import type { RateLimitState } from '../util/rate-limit-state.ts'

/** A response whose head has arrived. */
export interface UpstreamResponse {
  readonly status: number
  /** Names in lower case; without hop-by-hop headers. */
  readonly headers: Readonly<Record<string, string | string[]>>
  /** What is left of the rate limit that the call counts against. */
  readonly rateLimit?: RateLimitState | undefined
  /** The body: one Buffer if it is complete, otherwise a stream. Call once. */
  payload (): Buffer | Readable
  /** Reads the body up to `limit` bytes. Null if it is longer: the read part stays for `payload`. */
  collect (limit: number): Promise<Buffer | null>
  /** Cancels a response that is no longer needed. */
  abort (reason: Error): void
}
