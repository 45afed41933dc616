/**
 * Exports wait for their leases: a report of a year takes as long as ROLLER's limits force, and a wait that ends in an error would lose
 * what the calls before it have spent.
 */
import { sleep, type Clock } from '../util/clock.ts'
import type { CancelSignal } from '../util/cancellation.ts'
import { isRollerError, type ErrorCode } from '../errors.ts'
import type { LeaseWait } from '../gateway/limits/rate-limiter.ts'

export type { LeaseWait }

export interface WaitOptions {
  /** Milliseconds that a call may wait for its lease. Default: as long as it takes. */
  readonly maxWait?: number | undefined
  /** Called when a call begins to wait: how long, and for which rate limit. */
  readonly onWait?: ((wait: LeaseWait) => void) | undefined
}

/** Ten years, in milliseconds: a finite number, because Redis is sent it. */
export const AS_LONG_AS_IT_TAKES = 10 * 365 * 86_400_000
/** A queue that is full says little of when it is not. Milliseconds. */
const SHORTEST_WAIT = 1_000

const NO_LEASE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['ROLLER_ERR_RATE_LIMITED', 'ROLLER_ERR_COOLING_OFF', 'ROLLER_ERR_NANGO_LIMIT'])

/**
 * Sends a call, and again after Retry-After where it got no lease.
 * @param send gets how long the call may still wait, in milliseconds
 * @throws what `send` throws, also when the lease would come too late
 */
export async function untilLeased<T> (
  clock: Clock, { maxWait = AS_LONG_AS_IT_TAKES, onWait }: WaitOptions, signal: CancelSignal | undefined, send: (left: number) => Promise<T>
): Promise<T> {
  const endsAt = clock.now() + maxWait
  for (;;) {
    try {
      return await send(Math.max(0, endsAt - clock.now()))
    } catch (error) {
      if (!isRollerError(error) || !NO_LEASE.has(error.code)) throw error
      const ms = Math.max(SHORTEST_WAIT, (error.retryAfter ?? 0) * 1000)
      if (ms > endsAt - clock.now()) throw error
      onWait?.({ rateLimit: error.rateLimit?.name ?? 'reporting', ms })
      await sleep(clock, ms, signal)
    }
  }
}
