/** The budget on the wire: what a caller says (Roller-Max-Wait), and what it is told (the IETF's RateLimit headers). */
import type { FastifyReply } from 'fastify'
import { RollerError } from '../errors.ts'
import type { RateLimitState } from '../gateway/limits/rate-limiter.ts'

/** Milliseconds. */
export interface WaitLimits {
  /** For a call that does not say with Roller-Max-Wait. */
  readonly default: number
  /** The operator's bound: a call that says more waits this long. */
  readonly longest: number
}

/** Longer than ROLLER's cooling-off by far; a caller who asks for more means something else. Seconds. */
const LONGEST_WAIT = 3_600

/**
 * @param header seconds, whole or decimal
 * @returns milliseconds
 * @throws RollerError ROLLER_ERR_VALIDATION
 */
export function readMaxWait (header: string | string[] | undefined, limits: WaitLimits): number {
  if (header === undefined) return Math.min(limits.default, limits.longest)
  const seconds = typeof header === 'string' && /^\d{1,5}(\.\d{1,3})?$/.test(header) ? Number(header) : NaN
  if (!(seconds <= LONGEST_WAIT)) {
    throw new RollerError('ROLLER_ERR_VALIDATION', {
      errors: [{ pointer: '/headers/Roller-Max-Wait', detail: `must be a number of seconds from 0 to ${LONGEST_WAIT}` }]
    })
  }
  return Math.min(seconds * 1000, limits.longest)
}

/** RateLimit-Policy and RateLimit as in draft-ietf-httpapi-ratelimit-headers. Times are whole seconds there. */
export function sayBudget (reply: FastifyReply, use: RateLimitState): void {
  const { name, remaining, resetMs } = use
  reply.header('ratelimit-policy', policyOf(use))
  reply.header('ratelimit', `"${name}";r=${remaining};t=${Math.ceil(resetMs / 1000)}`)
}

/** The same for every call of a budget. */
const policies = new Map<string, Pick<RateLimitState, 'limit' | 'windowMs'> & { readonly text: string }>()

function policyOf ({ name, limit, windowMs }: RateLimitState): string {
  let policy = policies.get(name)
  // Each registration of the plugin may have its own limits.
  if (policy?.limit !== limit || policy.windowMs !== windowMs) {
    policies.set(name, policy = { limit, windowMs, text: `"${name}";q=${limit};w=${Math.ceil(windowMs / 1000)}` })
  }
  return policy.text
}
