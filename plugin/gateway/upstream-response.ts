import type { Readable } from 'node:stream'

/** An answer whose head has come. */
export interface UpstreamResponse {
  readonly status: number
  /** Names in lower case; what belongs to the hop is gone. */
  readonly headers: Readonly<Record<string, string | string[]>>
  /** The body as it stands: one Buffer when it is complete, otherwise a stream. Call once. */
  payload (): Buffer | Readable
  /** Reads the body up to `limit` bytes. Null when there is more: what was read stays for `payload`. */
  collect (limit: number): Promise<Buffer | null>
  /** Lets go of an answer that nobody wants any more. */
  abort (reason: Error): void
}
