/** Load shedding and rate limits: one caller, or too many, must not block the others. */
import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import underPressure from '@fastify/under-pressure'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { RollerError } from 'fastify-roller'

const WINDOW_MS = 60_000
/** Invalid keys and tokens from one address in a minute. Keys cannot be guessed, but each token costs a signature check. */
const MAX_REJECTED = 120
const LOOK_EVERY_MS = 1_000
/** Seconds; the next measurement of the event loop may be better. */
const RETRY_OVERLOAD = 1

export interface CallerLimits {
  /** Counts a request of an authenticated caller. @throws RollerError ROLLER_ERR_CALLER_RATE_LIMITED */
  readonly onCalled: ((request: FastifyRequest, reply: FastifyReply) => Promise<void>) | null
  /** Counts a request that failed authentication. @throws RollerError ROLLER_ERR_CALLER_RATE_LIMITED */
  readonly onRejected: (request: FastifyRequest, reply: FastifyReply) => Promise<void>
}

/** @param max requests a minute; 0 disables the limit */
export async function limitCallers (scope: FastifyInstance, max: number): Promise<CallerLimits> {
  await scope.register(rateLimit, { global: false, timeWindow: WINDOW_MS })
  const limiter = (limit: number, keyGenerator: (request: FastifyRequest) => string) => {
    const count = scope.createRateLimit({ max: limit, keyGenerator })
    return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      const counted = await count(request)
      if (counted.isAllowed || !counted.isExceeded) return
      // The header names of ROLLER's rate limits on other responses, with another policy name (draft-ietf-httpapi-ratelimit-headers).
      reply.headers(
        { 'ratelimit-policy': `"caller";q=${limit};w=${WINDOW_MS / 1000}`, ratelimit: `"caller";r=0;t=${counted.ttlInSeconds}` }
      )
      throw new RollerError(
        'ROLLER_ERR_CALLER_RATE_LIMITED',
        { detail: `This caller has sent more than ${limit} requests in a minute.`, retryAfter: counted.ttl / 1000 }
      )
    }
  }
  return {
    onCalled: max === 0 ? null : limiter(max, ({ caller, ip }) => caller?.name ?? normalizeIP(ip)),
    onRejected: limiter(MAX_REJECTED, ({ ip }) => normalizeIP(ip)) // one host may have all IPv6 addresses of its network
  }
}

/** Returns 503 while the event loop is delayed: further requests would be late as well. @param maxDelay milliseconds; 0 disables it */
export async function shedLoad (scope: FastifyInstance, maxDelay: number): Promise<void> {
  if (maxDelay === 0) return
  let since = -Infinity
  let last = -Infinity
  await scope.register(underPressure, {
    maxEventLoopDelay: maxDelay,
    sampleInterval: LOOK_EVERY_MS,
    pressureHandler: (_request, _reply, _type, value) => {
      if (!Number.isFinite(value)) return // no measurement yet
      const now = performance.now()
      if (now - last > 2 * LOOK_EVERY_MS) since = now
      last = now
      // The startup of the process, or one long garbage collection, is over by the time it is measured.
      if (now - since >= LOOK_EVERY_MS) throw new RollerError('ROLLER_ERR_OVERLOADED', { retryAfter: RETRY_OVERLOAD })
    }
  })
}
