import type { Readable } from 'node:stream'
import type { RateLimitState } from '../util/rate-limit-state.ts'

/** An answer whose head has come. */
export interface UpstreamResponse {
  readonly status: number
  /** Names in lower case; what belongs to the hop is gone. */
  readonly headers: Readonly<Record<string, string | string[]>>
  /** What is left of the rate limit that the call counts against. */
  readonly rateLimit?: RateLimitState | undefined
  /** The body as it stands: one Buffer when it is complete, otherwise a stream. Call once. */
  payload (): Buffer | Readable
  /** Reads the body up to `limit` bytes. Null when there is more: what was read stays for `payload`. */
  collect (limit: number): Promise<Buffer | null>
  /** Cancels an answer that is not wanted any more. */
  abort (reason: Error): void
}
