import type { TransportName } from '../../util/transport-name.ts'
import type { Readable } from 'node:stream'
import type { CancelSignal } from '../../util/cancellation.ts'
import type { Target } from '../sanitize-request.ts'
import type { Exchange } from './exchange.ts'

/** A sanitized call, ready to be sent. */
export interface OutgoingCall {
  readonly method: string
  readonly target: Target
  readonly connectionId: string
  /** The headers for ROLLER, names in lower case. */
  readonly headers: readonly [name: string, value: string][]
  readonly body: OutgoingBody | null
  /** The encodings that the caller accepts. Only the direct transport passes it on: Nango decodes for itself. */
  readonly acceptEncoding?: string | undefined
  /** The verification of the connection's venue, which may use a token of unverified credentials. */
  readonly verifying?: boolean
  /** The only success status that ROLLER documents for the call, if it is not 200. */
  readonly soleSuccess?: number | undefined
  /** Called when the call has its token and its socket; false keeps it from being sent. */
  readonly markSent?: (() => boolean) | undefined
}

/** A small body is one Buffer and can be sent again; a large one is streamed and cannot. */
export type OutgoingBody =
  | { readonly kind: 'bytes', readonly bytes: Buffer }
  | { readonly kind: 'stream', readonly stream: Readable, readonly length: number | null }

/** Transports never reveal the venue's token. */
export interface Transport {
  readonly name: TransportName
  /**
   * Sends the call and resolves when the head of the response has arrived. It neither classifies nor retries.
   * @throws ExchangeFailure, or a RollerError if there is no token for the call and nothing of it was sent
   */
  send (call: OutgoingCall, signal: CancelSignal | undefined): Promise<Exchange>
}
