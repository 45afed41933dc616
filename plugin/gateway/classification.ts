/** The pipeline's reaction to a response. */
import { RollerError, type Upstream } from '../errors.ts'

export type Classification =
  /** ROLLER's own response: pass it through. */
  | { readonly kind: 'pass' }
  /** ROLLER rejected the token: refresh it and send the call again. */
  | { readonly kind: 'renew', readonly error: RollerError }
  /**
   * A temporary failure. `maySent` false: nothing reached ROLLER, so any method may be retried. `error` null: after the last retry,
   * ROLLER's own response is passed through.
   */
  | { readonly kind: 'repeat', readonly maySent: boolean, readonly error: RollerError | null }
  /** A rate limit was exceeded: the call was not executed. */
  | Limited
  /** `maySent` true: the call may have been executed although no response arrived. */
  | { readonly kind: 'fail', readonly error: RollerError, readonly maySent?: boolean }

export const PASS: Classification = { kind: 'pass' }

export interface Limited {
  readonly kind: 'limited'
  readonly scope: 'connection' | 'account'
  /** How long nothing may be sent for the connection or the account. Bounded, whatever the upstream sends. */
  readonly seconds: number
  readonly error: RollerError
  /** How long ROLLER rejects this export, if the limit concerns exports. */
  readonly exportSeconds?: number
}

export interface ResponseHead {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  /** Nango's X-RateLimit-*, by header name. */
  readonly limits?: ReadonlyMap<string, string> | null
}

export function unreachable (detail: string, upstream: Upstream, maySent: boolean): Classification {
  return { kind: 'repeat', maySent, error: new RollerError('ROLLER_ERR_UNREACHABLE', { detail, upstream }) }
}
