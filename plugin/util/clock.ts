import type { CancelSignal } from './cancellation.ts'

/** The gateway's clock, replaceable in tests. */
export interface Clock {
  /** Milliseconds; only differences count. */
  now (): number
  setTimeout (callback: () => void, ms: number): unknown
  clearTimeout (timer: unknown): void
}

/** Milliseconds, nearly 25 days. */
export const MAX_TIMEOUT = 2 ** 31 - 1

export const systemClock: Clock = {
  // Date.now() jumps when the machine's clock is set; waits must not.
  now: () => performance.now(),
  // Node fires a timer with a larger value, or with NaN, at once.
  setTimeout: (callback, ms) => setTimeout(callback, ms <= MAX_TIMEOUT ? ms : MAX_TIMEOUT),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout) // created by setTimeout above
}

/** Waits `ms` milliseconds. @throws the signal's reason if it aborts first */
export function sleep (clock: Clock, ms: number, signal?: CancelSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason)
    const onAbort = (): void => { clock.clearTimeout(timer); reject(signal?.reason) }
    const timer = clock.setTimeout(() => { signal?.removeEventListener('abort', onAbort); resolve() }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/**
 * Waits for `work` at most `ms` milliseconds. Late work continues, and its result is dropped. After this process was blocked or paused,
 * timers run before the sockets are read: what has arrived by then is not late.
 * @throws what `late` returns, when the time is over
 */
export function inTime<T> (clock: Clock, ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => setImmediate(() => reject(late())), ms)
    work.then(resolve, reject).finally(() => clock.clearTimeout(timer))
  })
}

/** For a timer that must not keep the process alive. That of a clock of a host or test may be of any type. */
export function unref (timer: unknown): void {
  if (timer instanceof Object && 'unref' in timer && typeof timer.unref === 'function') timer.unref()
}

/**
 * For caches with lifetimes of a minute or more, for which a second does not matter. With a resolution of a millisecond, the cache would
 * set a timer in each.
 */
export const TTL_RESOLUTION = 1_000
