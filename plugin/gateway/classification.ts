/** What the pipeline does with an answer. */
import { RollerError, type Upstream } from '../errors.ts'

export type Classification =
  /** ROLLER's own answer: pass it through. */
  | { readonly kind: 'pass' }
  /** ROLLER refused the token: renew it and send the call again. */
  | { readonly kind: 'renew', readonly error: RollerError }
  /**
   * A passing fault. `maySent` false: nothing reached ROLLER, so any method may be repeated. `error` null: when repeats end, ROLLER's own
   * answer passes.
   */
  | { readonly kind: 'repeat', readonly maySent: boolean, readonly error: RollerError | null }
  /** A limit is used up: nothing of the call was done. */
  | Limited
  /** `maySent` true: the call may have been done although no answer to it came. */
  | { readonly kind: 'fail', readonly error: RollerError, readonly maySent?: boolean }

export interface Limited {
  readonly kind: 'limited'
  readonly scope: 'connection' | 'account'
  /** How long nothing more may be sent for the connection or the account. Bounded, whatever the upstream asks for. */
  readonly seconds: number
  readonly error: RollerError
  /** How long ROLLER refuses this one export, where that is what the limit turns out to be about. */
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

export function isRecord (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
