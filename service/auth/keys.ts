/** Callers by API key. */
import { hash, timingSafeEqual } from 'node:crypto'
import type { Caller } from './caller.ts'

export interface KeyedCaller extends Caller {
  /** SHA-256 of the key. */
  readonly digest: Buffer
}

export function digestOf (key: string): Buffer {
  return hash('sha256', key, 'buffer') // half the time of createHash
}

/** Digests have one length, and every one of them is compared, so the time it takes says nothing. */
export function findCaller (callers: readonly KeyedCaller[], key: string): Caller | null {
  const given = digestOf(key)
  let found: Caller | null = null
  for (const caller of callers) {
    if (timingSafeEqual(given, caller.digest)) found = caller
  }
  return found
}

/**
 * Finds callers by their keys, and knows a key again once it was the right one: to digest it each time is some 7 % of a call's processor time.
 *
 * Nobody can guess at a key by that. A Map compares texts only where their hashes are equal, and those depend on a seed that V8 draws at its start: how
 * long it takes does not depend on how much of a wrong key is right. Wrong keys are never kept, so there are at most as many entries as keys.
 */
export function keyFinder (callers: readonly KeyedCaller[]): (key: string) => Caller | null {
  const shown = new Map<string, Caller>()
  return (key) => {
    const known = shown.get(key)
    if (known !== undefined) return known
    const found = findCaller(callers, key)
    if (found !== null) shown.set(key, found)
    return found
  }
}
