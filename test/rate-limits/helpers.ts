import type { LimitStore, Granted, Queued, Rejected, TakeRequest, TakeResult, Window } from '#plugin/gateway/limits/store.js'

/** One store under test, with its clock. */
export interface Bench {
  readonly store: LimitStore
  /** Another replica's access to the same rate limits. */
  readonly other: LimitStore
  /** Difference of slot ids for one millisecond: slots are times in the store's own unit. */
  readonly slotsPerMs: number
  /** Whether the clock is real: a wait may be shorter than expected by the duration of the test. */
  readonly realTime: boolean
  readonly runs: number
  pass (ms: number): Promise<void>
  idleKeys (): Promise<number>
}

let count = 0

/** Each test has its own keys: nothing is cleared between tests. */
export function freshTag (): string {
  return `venue-${process.pid}-${++count}`
}

export function request (tag: string, windows: readonly Window[], maxWaitMs = 0, coolingOff: readonly string[] = []): TakeRequest {
  return { tag, windows, coolingOff, maxWaitMs }
}

/** The largest number of times in any half-open interval of this length. */
export function worst (moments: readonly number[], length: number): number {
  const sorted = [...moments].sort((a, b) => a - b)
  let most = 0
  for (let first = 0, last = 0; last < sorted.length; last++) {
    while ((sorted[last] as number) - (sorted[first] as number) >= length) first++
    most = Math.max(most, last - first + 1)
  }
  return most
}

export function granted (result: TakeResult): Granted {
  if (result.outcome !== 'granted') throw new Error(`${result.outcome}, ${result.waitMs} ms`)
  return result
}

export function queued (result: TakeResult): Queued {
  if (result.outcome !== 'queued') throw new Error(result.outcome)
  return result
}

export function rejected (result: TakeResult): Rejected {
  if (result.outcome !== 'rejected') throw new Error(result.outcome)
  return result
}

export function times<T> (n: number, make: (i: number) => T): T[] {
  return Array.from({ length: n }, (_, i) => make(i))
}
