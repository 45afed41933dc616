/**
 * Waits of exports for their leases. ROLLER's limits determine how long a report of a year takes, and an error after a timeout would waste
 * the calls that were made before.
 */
import { sleep, type Clock } from '../util/clock.ts'
import type { CancelSignal } from '../util/cancellation.ts'
import { isRollerError, type ErrorCode } from '../errors.ts'
import type { LeaseWait } from '../gateway/limits/rate-limiter.ts'
import type { LooseInput, RollerClient } from './client.ts'
import type { PageSource } from './paginate.ts'

export interface WaitOptions {
  /** Maximum wait of a call for its lease, in milliseconds. Default: no maximum. */
  readonly maxWait?: number | undefined
  /** Called when a call begins to wait, with the expected duration and the rate limit. */
  readonly onWait?: ((wait: LeaseWait) => void) | undefined
}

/** Ten years in milliseconds. Finite, because the value is sent to Redis. */
const AS_LONG_AS_IT_TAKES = 10 * 365 * 86_400_000
/** The Retry-After of a full queue is not exact: earlier retries would be rejected again. Milliseconds. */
const SHORTEST_WAIT = 1_000

const NO_LEASE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['ROLLER_ERR_RATE_LIMITED', 'ROLLER_ERR_COOLING_OFF', 'ROLLER_ERR_NANGO_LIMIT'])

/**
 * Sends a call, and repeats it after Retry-After until it gets a lease.
 * @param send called with the remaining wait in milliseconds
 * @throws the error of `send`, also if the lease would be granted after the maximum wait
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

/** The pages of a report, each of which waits for its lease. */
export function leasedPages (
  client: RollerClient, clock: Clock,
  { maxWait, onWait, ...call }: Omit<LooseInput, 'query' | 'signal' | keyof WaitOptions> & WaitOptions
): PageSource {
  // paginate checks the report's parameters; its query is validated like every call's.
  return (report, query, signal) => untilLeased(clock, { maxWait, onWait }, signal,
    (left) => client.send(report, { ...call, query, signal, maxWait: left, onWait }))
}
