/** A call that was sent late has another slot, under a name that Redis may reply later than ROLLER rejects the call. */
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from '../support/tap.ts'
import { Lease } from '#plugin/gateway/limits/lease.js'
import { MemoryLimitStore } from '#plugin/gateway/limits/memory-store.js'
import type { LimitStore } from '#plugin/gateway/limits/store.js'
import { ManualClock } from '../support/manual-clock.ts'
import { granted, request } from '../rate-limits/helpers.ts'

for (const kind of ['refund', 'refundExport'] as const) {
  test(`${kind} frees the slot of a late call before Redis has replied`, async (t) => {
    const clock = new ManualClock()
    const memory = new MemoryLimitStore({ now: () => clock.now() })
    const windows = [{ key: 'bulk', limit: 1, windowMs: 60_000 }]
    const { slot } = granted(memory.take(request('v', windows)))
    const store: LimitStore = Object.assign(Object.create(memory), {
      renew: async (...args: Parameters<MemoryLimitStore['renew']>) => await sleep(10, memory.renew(...args)),
      refund: (...args: Parameters<MemoryLimitStore['refund']>) => { memory.refund(...args) }
    })
    const rateLimit = { name: 'bulk', limit: 1, windowMs: 60_000, remaining: 0, resetMs: 0 } as const
    const lease = new Lease({ store, clock, tag: 'v', windows, slot, quotaLeft: null, newsVersion: null, waitedMs: 0, rateLimit })
    clock.advance(100)
    t.ok(lease.markSent())
    await lease[kind]()
    t.match(memory.usage('v', windows), [{ remaining: 1 }])
  })
}
