/** What a failed call means for the rest of an export. */
import { isRollerError, type ErrorCode, type RollerError } from 'fastify-roller'

/**
 * venue: nothing of the venue can be fetched; report: nothing of the report; again: it may go well in a while; day: this file alone.
 */
export type Reach = 'venue' | 'report' | 'again' | 'day'

const OF_THE_VENUE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ROLLER_ERR_CREDENTIALS_REJECTED', 'ROLLER_ERR_CREDENTIALS_INVALID', 'ROLLER_ERR_CONNECTION_UNKNOWN', 'ROLLER_ERR_VENUE_CHANGED',
  'ROLLER_ERR_ENVIRONMENT', 'ROLLER_ERR_NANGO_REJECTED'
])
const OF_THE_REPORT: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['ROLLER_ERR_ACCESS_DENIED', 'ROLLER_ERR_OPERATION_FORBIDDEN'])
const FOR_A_WHILE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ROLLER_ERR_UNREACHABLE', 'ROLLER_ERR_TIMEOUT', 'ROLLER_ERR_TOKEN_UNAVAILABLE', 'ROLLER_ERR_VENUE_UNVERIFIED',
  'ROLLER_ERR_INVALID_RESPONSE', 'ROLLER_ERR_RATE_LIMITED', 'ROLLER_ERR_COOLING_OFF', 'ROLLER_ERR_NANGO_LIMIT',
  'ROLLER_ERR_REDIS_UNAVAILABLE'
])

export function reachOf (error: RollerError): Reach {
  if (OF_THE_VENUE.has(error.code)) return 'venue'
  if (OF_THE_REPORT.has(error.code)) return 'report'
  const isServerError = error.code === 'ROLLER_ERR_REFUSED' && error.statusCode >= 500
  return isServerError || FOR_A_WHILE.has(error.code) ? 'again' : 'day'
}

export interface Reason {
  readonly reason: string
  readonly whatToDo: string
}

/** Characters of ROLLER's response. */
const LONGEST_RESPONSE = 300

/** The hints of some errors are for callers over HTTP. */
export function reasonOf (error: unknown): Reason {
  if (isRollerError(error)) {
    const { code, detail, hint, upstream } = error
    const reason = `${code}: ${detail}`
    if (reachOf(error) === 'again') return { reason, whatToDo: 'Run the same command again later: it fetches what is missing.' }
    if (code !== 'ROLLER_ERR_REFUSED') return { reason, whatToDo: hint }
    const response = JSON.stringify(upstream?.body ?? null).slice(0, LONGEST_RESPONSE)
    return { reason: `${reason} ${response}`, whatToDo: 'Remove the cause that ROLLER names, and run the same command again.' }
  }
  return { reason: error instanceof Error ? error.message : String(error), whatToDo: 'Run the same command again.' }
}
