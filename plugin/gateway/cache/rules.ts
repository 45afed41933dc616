/** The `cache` option: cached operations and their lifetimes. */
import type { OperationKey } from '../../operations/operation.ts'
import { operations } from '../../operations/operations.ts'
import type { ReadName } from './invalidation.ts'

/** Milliseconds by operation: `{ 'GET /products': 60_000 }`. */
export type CacheRules = Readonly<Partial<Record<ReadName, number>>>

const MAX_TTL_MS = 24 * 3_600_000

/** Errors of the option, each with the name of the operation. */
export function cacheFaults (rules: Readonly<Record<string, unknown>>): string[] {
  const faults: string[] = []
  for (const [name, ttl] of Object.entries(rules)) {
    const label = `option cache: ${JSON.stringify(name.slice(0, 100))}`
    if (!Object.hasOwn(operations as Readonly<Record<OperationKey, unknown>>, name)) {
      faults.push(`${label} is not an operation of the catalog`)
    } else if (!name.startsWith('GET ')) faults.push(`${label} is not a GET, and only reads can be kept`)
    else if (!Number.isInteger(ttl) || (ttl as number) < 1 || (ttl as number) > MAX_TTL_MS) { // an integer is a number
      faults.push(`${label} is wrong: expected whole milliseconds, from 1 to ${MAX_TTL_MS}`)
    }
  }
  return faults
}
