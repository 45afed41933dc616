/** Rate limits in HTTP headers: Roller-Max-Wait of a request, and the IETF's RateLimit of a response. */
import type { FastifyReply } from 'fastify'
import { RollerError } from '../errors.ts'
import type { RateLimitState } from '../util/rate-limit-state.ts'

/** Seconds. Far longer than ROLLER's cooling-off: a higher number is a mistake. */
const LONGEST_WAIT = 3_600

/**
 * @param header seconds, whole or decimal
 * @param longest the operator's bound in milliseconds, which caps the header
 * @returns milliseconds; undefined: the gateway's default
 * @throws RollerError ROLLER_ERR_VALIDATION
 */
export function readMaxWait (header: string | string[] | undefined, longest: number): number | undefined {
  if (header === undefined) return undefined
  const seconds = typeof header === 'string' && /^\d{1,5}(\.\d{1,3})?$/.test(header) ? Number(header) : NaN
  if (!(seconds <= LONGEST_WAIT)) {
    throw new RollerError('ROLLER_ERR_VALIDATION', {
      errors: [{ pointer: '/headers/Roller-Max-Wait', detail: `must be a number of seconds from 0 to ${LONGEST_WAIT}` }]
    })
  }
  return Math.min(seconds * 1000, longest)
}

/** RateLimit-Policy and RateLimit as in draft-ietf-httpapi-ratelimit-headers. Times are whole seconds there. */
export function setRateLimitHeaders (reply: FastifyReply, state: RateLimitState | undefined): void {
  if (state === undefined) return
  const { name, remaining, resetMs } = state
  reply.header('ratelimit-policy', policyOf(state))
  reply.header('ratelimit', `"${name}";r=${remaining};t=${Math.ceil(resetMs / 1000)}`)
}

function policyOf ({ name, limit, windowMs }: RateLimitState): string { return `"${name}";q=${limit};w=${Math.ceil(windowMs / 1000)}` }
