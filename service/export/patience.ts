/** Repeats a call that fails, for as long as `--patience` says. */
import { isRollerError } from 'fastify-roller'
import { reachOf } from './failures.ts'
import type { ExportTime } from './time.ts'

/** Milliseconds. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [1_000, 60_000]

export interface PatienceOptions {
  /** Milliseconds. */
  readonly patience: number
  readonly time: ExportTime
  readonly signal: AbortSignal
  readonly onTrouble: (code: string, ms: number) => void
}

/** @throws the error of the last attempt, and the signal's reason */
export async function patiently<T> (call: () => Promise<T>, { patience, time, signal, onTrouble }: PatienceOptions): Promise<T> {
  const since = time.now()
  for (let count = 0; ; count++) {
    try {
      return await call()
    } catch (error) {
      const left = patience - (time.now() - since)
      if (!isRollerError(error) || reachOf(error) !== 'again' || left <= 0) throw error
      // However long Nango's Retry-After is.
      const ms = Math.min(left, Math.max(pauseAfter(count), (error.retryAfter ?? 0) * 1000))
      onTrouble(error.code, ms)
      await time.sleep(ms, signal)
    }
  }
}

/** Milliseconds before the next attempt, after this many pauses. */
export function pauseAfter (count: number): number { return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** count) }
