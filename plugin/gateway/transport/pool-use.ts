import type { Pool } from 'undici'

/** Current use of the connections to Nango or ROLLER. */
export interface PoolUse {
  readonly open: number
  /** Of these, idle. */
  readonly idle: number
  /** Calls in progress. */
  readonly running: number
  /** Calls that wait for a connection. */
  readonly waiting: number
}

export function poolUse (pools: readonly Pool['stats'][]): PoolUse {
  const use = { open: 0, idle: 0, running: 0, waiting: 0 }
  for (const stats of pools) {
    use.open += stats.connected
    use.idle += Math.max(0, stats.connected - stats.running) // one call at a time on each
    use.running += stats.running
    use.waiting += stats.pending
  }
  return use
}
