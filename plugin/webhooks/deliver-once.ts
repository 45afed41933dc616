import { EventLate } from './events.ts'
import type { Claim, EventKey, DedupeStore } from './dedupe-store.ts'

/**
 * Runs `deliver` unless the event was handled before.
 * @returns `new`: it was delivered now; `done`: it had been before; `busy`: another delivery is under way, and may still fail
 * @throws what the delivery threw; then the event is welcome again
 */
export async function deliverOnce (store: DedupeStore, key: EventKey, deliver: () => Promise<void>): Promise<Claim> {
  const claim = await store.claim(key)
  if (claim !== 'new') return claim
  try {
    await deliver()
  } catch (error) {
    // Handlers that are late still work. Until they end, the event stays theirs; if they get it done, the next try is a repeat.
    if (error instanceof EventLate) error.taken.then(async (taken) => { await store[taken ? 'done' : 'release'](key) }).catch(() => {})
    else await store.release(key)
    throw error
  }
  await store.done(key)
  return 'new'
}
