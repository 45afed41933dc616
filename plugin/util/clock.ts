import type { CancelSignal } from './cancellation.ts'

/** Time as the gateway sees it, so that tests can own it. */
export interface Clock {
  /** Milliseconds; only differences count. */
  now (): number
  setTimeout (callback: () => void, ms: number): unknown
  clearTimeout (timer: unknown): void
}

/** Nearly 25 days. Milliseconds. */
export const MAX_TIMEOUT = 2 ** 31 - 1

export const systemClock: Clock = {
  // Date.now() jumps when the machine's clock is set; waits must not.
  now: () => performance.now(),
  // Node fires a timer of more, or of no number, at once.
  setTimeout: (callback, ms) => setTimeout(callback, ms <= MAX_TIMEOUT ? ms : MAX_TIMEOUT),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout) // ours: only setTimeout above makes them
}

/** Waits `ms`. @throws the signal's reason when it aborts first */
export function sleep (clock: Clock, ms: number, signal?: CancelSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason)
    const onAbort = (): void => { clock.clearTimeout(timer); reject(signal?.reason) }
    const timer = clock.setTimeout(() => { signal?.removeEventListener('abort', onAbort); resolve() }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/**
 * For caches with an end: what is known for a minute or more may be known a second longer. Told to the millisecond, a cache sets a timer in
 * each.
 */
export const TTL_RESOLUTION = 1_000
