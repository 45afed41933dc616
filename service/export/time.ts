/** The pauses of an export; replaceable in tests. */
import { setTimeout } from 'node:timers/promises'

export interface ExportTime {
  /** Milliseconds since any moment; never decreases, whatever is done to the machine's clock. */
  now (): number
  /** @throws the signal's reason if it aborts first */
  sleep (ms: number, signal: AbortSignal): Promise<void>
}

export const systemTime: ExportTime = {
  now: () => performance.now(),
  sleep: async (ms, signal) => { await setTimeout(ms, undefined, { signal }) }
}
