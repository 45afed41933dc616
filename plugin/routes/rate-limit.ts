/** The budget on the wire: what a caller says (Roller-Max-Wait), and what it is told (the IETF's RateLimit headers). */
import type { FastifyReply } from 'fastify'
import { RollerError } from '../errors.ts'
import type { BudgetUse } from '../gateway/budget/budgets.ts'

/** Longer than ROLLER's cooling-off by far; a caller who waits longer has gone. Seconds. */
const LONGEST_WAIT = 3_600

/**
 * @param header seconds, whole or decimal
 * @returns milliseconds
 * @throws RollerError ROLLER_ERR_VALIDATION
 */
export function readMaxWait (header: string | string[] | undefined, defaultMs: number): number {
  if (header === undefined) return defaultMs
  const seconds = typeof header === 'string' && /^\d{1,5}(\.\d{1,3})?$/.test(header) ? Number(header) : NaN
  if (!(seconds <= LONGEST_WAIT)) {
    throw new RollerError('ROLLER_ERR_VALIDATION', {
      errors: [{ pointer: '/headers/Roller-Max-Wait', detail: `must be a number of seconds from 0 to ${LONGEST_WAIT}` }]
    })
  }
  return seconds * 1000
}

/** RateLimit-Policy and RateLimit as in draft-ietf-httpapi-ratelimit-headers. Times are whole seconds there. */
export function sayBudget (reply: FastifyReply, { name, limit, windowMs, remaining, resetMs }: BudgetUse): void {
  reply.header('ratelimit-policy', `"${name}";q=${limit};w=${Math.ceil(windowMs / 1000)}`)
  reply.header('ratelimit', `"${name}";r=${remaining};t=${Math.ceil(resetMs / 1000)}`)
}
