/** Classifies a call without a response. */
import { isRollerError, RollerError } from '../errors.ts'
import type { TransportName } from '../util/transport-name.ts'
import type { Classification } from './classification.ts'
import { ExchangeFailure } from './transport/exchange.ts'

/** Errors that prove that no byte of the call left this process. The gateway's own errors in the transport (no token) occur before any. */
export function isUnsent (error: unknown): boolean {
  return error instanceof ExchangeFailure ? !error.maySent : isRollerError(error)
}

/** @throws the error itself if it ends the call */
export function classifyFailure (error: unknown, by: TransportName): Classification {
  if (error instanceof ExchangeFailure) return classifyExchangeFailure(error, by)
  // The direct transport has no token, because Nango was unreachable.
  if (isRollerError(error) && error.code === 'ROLLER_ERR_UNREACHABLE') return { kind: 'repeat', maySent: false, error }
  throw error
}

function classifyExchangeFailure (failure: ExchangeFailure, by: TransportName): Classification {
  // The caller disconnected, or its body was invalid while being sent.
  if (failure.kind === 'aborted') throw failure.cause ?? failure
  if (isRollerError(failure.cause)) throw failure.cause
  const cause = failure.cause as NodeJS.ErrnoException | undefined // network errors of undici and Node.js have a code
  const code = typeof cause?.code === 'string' ? ` (${cause.code})` : ''
  const { maySent } = failure
  if (failure.kind === 'timeout') {
    // Not retried: the caller has waited long enough.
    const error = new RollerError('ROLLER_ERR_TIMEOUT', { detail: 'No response arrived in time.', cause: failure })
    return { kind: 'fail', maySent, error }
  }
  const timedOut = cause?.code === 'UND_ERR_CONNECT_TIMEOUT'
  // undici's message when the proxy rejects a tunnel or a call
  const rejected = /^Proxy response \((\d{3})\)|^Proxy Authentication Required \((407)\)/.exec(cause?.message ?? '')
  if (rejected !== null) {
    const detail = `The proxy in front of ${by === 'nango' ? 'Nango' : 'ROLLER'} answered ${rejected[1] ?? rejected[2] ?? ''}.`
    const hint = 'The operator must check the proxy, and its user and password (HTTPS_PROXY, option proxy).'
    return { kind: 'repeat', maySent: false, error: new RollerError('ROLLER_ERR_UNREACHABLE', { detail, hint, cause: failure }) }
  }
  const error = new RollerError(timedOut ? 'ROLLER_ERR_TIMEOUT' : 'ROLLER_ERR_UNREACHABLE', {
    detail: `The connection to ${by === 'nango' ? 'Nango' : 'ROLLER'} failed${code}.`, cause: failure
  })
  return { kind: 'repeat', maySent, error }
}

/** The error for a response that broke off after its head. */
export function endedEarly (cause: unknown): RollerError {
  if (isRollerError(cause)) return cause
  const late = cause instanceof ExchangeFailure && cause.kind === 'timeout'
  return new RollerError(late ? 'ROLLER_ERR_TIMEOUT' : 'ROLLER_ERR_UNREACHABLE', { detail: 'The response ended early.', cause })
}

/** The error states when a call that is not safe to repeat may have been executed. */
export function mayHaveBeenDoneError (error: RollerError): RollerError {
  return new RollerError(error.code, {
    detail: `${error.detail} The call had been sent: it may have been executed.`,
    hint: 'Check the data before you send the call again (for a booking: GET /bookings?keywords=…). ' +
      'The gateway never retries a call that may have been executed.',
    cause: error.cause,
    upstream: error.upstream
  })
}

/** The caller needs ROLLER's response, not only the failed refresh. */
export function withRejection (error: unknown, { upstream }: RollerError): unknown {
  if (!isRollerError(error) || error.code !== 'ROLLER_ERR_CREDENTIALS_REJECTED' || error.upstream !== undefined) return error
  return new RollerError(error.code, { detail: error.detail, upstream, retryAfter: error.retryAfter })
}
