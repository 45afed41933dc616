import { HandlersTimedOut } from './events.ts'
import type { Claim, EventKey, DedupeStore } from './dedupe-store.ts'

/**
 * Runs `deliver` unless the event was handled before.
 * @returns `new`: delivered now; `done`: delivered before; `busy`: another delivery is in progress, and may still fail
 * @throws the error of the delivery; then the event is accepted again
 */
export async function deliverOnce (store: DedupeStore, key: EventKey, deliver: () => Promise<void>): Promise<Claim> {
  const claim = await store.claim(key)
  if (claim !== 'new') return claim
  try {
    await deliver()
  } catch (error) {
    // Late handlers are still running. Their claim is kept until they finish or it expires; if they succeed, the next attempt
    // is a repeat.
    if (error instanceof HandlersTimedOut) error.result.then(async (ok) => { await store[ok ? 'done' : 'release'](key) }).catch(() => {})
    else await store.release(key)
    throw error
  }
  await store.done(key)
  return 'new'
}
