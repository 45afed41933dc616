/** Properties of calls that sharing and caching use. */
import { isRollerError, type ErrorCode } from '../../errors.ts'
import type { CallHandler, RollerCall } from '../call.ts'
import type { CatalogOperation } from '../../operations/validate.ts'
import { changedBy, type Resource } from '../cache/invalidation.ts'
import { FORWARDED } from '../sanitize-request.ts'
import type { TransportName } from '../../util/transport-name.ts'
import type { UpstreamResponse } from '../upstream-response.ts'

/** A GET of the catalog: the calls that may be shared. */
export interface ReadCall extends RollerCall {
  readonly operation: CatalogOperation
}

export function isRead (call: RollerCall): call is ReadCall {
  return call.method === 'GET' && call.operation !== null && call.body === null
}

/**
 * The key of equal calls on one connection: everything in which two calls can differ, to ROLLER or to the caller. Each value is prefixed
 * with its length, so that the encoding is unambiguous.
 */
export function keyOf ({ operation, target, validate, headers }: ReadCall, transport: TransportName): string {
  let key = part(operation.name) + part(target.path + target.query) + (validate ? 'v' : '-')
  for (const name of FORWARDED) key += part(headers[name])
  // Only with the direct transport do callers choose the encoding of bodies.
  return transport === 'direct' ? key + part(headers['accept-encoding']) : key
}

function part (value: string | string[] | undefined): string {
  if (value === undefined) return '-'
  const text = typeof value === 'string' ? value : value.join(', ')
  return `${text.length}:${text}`
}

/** A caller's Cache-Control: requires a fresh response, or forbids storing it. */
export function preferenceOf ({ headers }: RollerCall): 'no-cache' | 'no-store' | null {
  const header = headers['cache-control']
  if (header === undefined) return null
  const directives = String(header).toLowerCase().split(',').map((directive) => directive.trim())
  if (directives.includes('no-store')) return 'no-store'
  // Browsers send the second on a reload.
  return directives.includes('no-cache') || directives.includes('max-age=0') ? 'no-cache' : null
}

// With these nothing was executed: the call was not sent, or was rejected.
const NOT_DONE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ROLLER_ERR_VALIDATION', 'ROLLER_ERR_PATH', 'ROLLER_ERR_MEDIA_TYPE', 'ROLLER_ERR_CONNECTION_REQUIRED', 'ROLLER_ERR_CONNECTION_UNKNOWN',
  'ROLLER_ERR_CONNECTION_FORBIDDEN', 'ROLLER_ERR_OPERATION_FORBIDDEN', 'ROLLER_ERR_CREDENTIALS_REJECTED', 'ROLLER_ERR_ACCESS_DENIED',
  'ROLLER_ERR_VENUE_CHANGED', 'ROLLER_ERR_VENUE_UNVERIFIED', 'ROLLER_ERR_ENVIRONMENT', 'ROLLER_ERR_TOKEN_RENEWED',
  'ROLLER_ERR_RATE_LIMITED', 'ROLLER_ERR_COOLING_OFF', 'ROLLER_ERR_NANGO_LIMIT', 'ROLLER_ERR_NANGO_REJECTED'
])

/** False only if a write certainly changed nothing. */
export function mayHaveBeenDone (outcome: { readonly status: number } | { readonly error: unknown }): boolean {
  if ('error' in outcome) return !(isRollerError(outcome.error) && NOT_DONE.has(outcome.error.code))
  // 408: ROLLER timed out, so the outcome is unknown.
  return outcome.status < 400 || outcome.status >= 500 || outcome.status === 408
}

const WAIT_TOO_LONG: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ROLLER_ERR_RATE_LIMITED', 'ROLLER_ERR_COOLING_OFF', 'ROLLER_ERR_NANGO_LIMIT'
])
/** Callers of one burst have the same deadline; otherwise each would repeat the wait that failed for the one before. */
const SAME_DEADLINE_MS = 10

/** True if a shared call failed because its first caller would not wait longer, and this one would, with a chance to get a lease. */
export function mayWaitLonger (error: unknown, times: Readonly<Record<'now' | 'deadline' | 'shared', number>>): boolean {
  const { now, deadline, shared } = times
  if (!isRollerError(error) || !WAIT_TOO_LONG.has(error.code) || deadline <= shared + SAME_DEADLINE_MS) return false
  // retryAfter is rounded up to a second.
  return deadline - now > ((error.retryAfter ?? 1) - 1) * 1000
}

/**
 * Sends a write.
 * @param invalidate called, before the caller gets the response, unless certainly nothing was changed; null: anything may have changed
 */
export async function sendWrite (
  next: CallHandler, call: RollerCall, invalidate: (resources: readonly Resource[] | null) => void | Promise<void>
): Promise<UpstreamResponse> {
  const resources = changedBy(call.operation?.name)
  const changed = async (outcome: Parameters<typeof mayHaveBeenDone>[0]): Promise<void> => {
    if (resources?.length !== 0 && mayHaveBeenDone(outcome)) await invalidate(resources)
  }
  try {
    const response = await next.send(call)
    await changed(response)
    return response
  } catch (error) {
    await changed({ error })
    throw error
  }
}
