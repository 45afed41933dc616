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
  /** What ROLLER shall see, names in lower case. */
  readonly headers: readonly [name: string, value: string][]
  readonly body: OutgoingBody | null
  /** What the caller can decode. Only the direct transport passes it on: Nango decodes for itself. */
  readonly acceptEncoding?: string | undefined
  /** The verification of the connection's venue, which may use a token of unverified credentials. */
  readonly verifying?: boolean
  /** The only success that ROLLER documents for the call, where that is not 200. */
  readonly soleSuccess?: number | undefined
  /** Called when the call has its token and its socket; false keeps it from being sent. */
  readonly markSent?: (() => boolean) | undefined
}

/** A small body is one Buffer and can be sent again; a large one flows and cannot. */
export type OutgoingBody =
  | { readonly kind: 'bytes', readonly bytes: Buffer }
  | { readonly kind: 'stream', readonly stream: Readable, readonly length: number | null }

/** Every transport keeps the venue's token to itself. */
export interface Transport {
  readonly name: TransportName
  /**
   * Sends the call and resolves when the head of the answer has come. It neither classifies nor repeats.
   * @throws ExchangeFailure, or a RollerError when there is no token for the call and nothing of it was sent
   */
  send (call: OutgoingCall, signal: CancelSignal | undefined): Promise<Exchange>
  close (): Promise<void>
}
