/** `CACHE`: operations that are cached, and their lifetimes. */
import { cacheFaults } from 'fastify-roller/internal'
import { list } from './values.ts'

export const CACHE_EXAMPLE = 'GET /products=60,GET /venues/me=300'

const MAX_SECONDS = 24 * 3600

/** @returns milliseconds by operation, as in the plugin's option */
export function parseCache (value: string | undefined, faults: string[]): Record<string, number> {
  const rules: Record<string, number> = {}
  for (const [index, rule] of list(value).entries()) {
    const place = `CACHE entry ${index + 1}`
    const [, operation = '', seconds = ''] = /^(.*?)\s*=\s*(\d{1,5})$/.exec(rule) ?? []
    if (operation === '' || Number(seconds) < 1 || Number(seconds) > MAX_SECONDS) {
      faults.push(`${place} must be an operation and a number of seconds from 1 to ${MAX_SECONDS}. Example: CACHE=${CACHE_EXAMPLE}`)
    } else if (cacheFaults({ [operation]: 1 }).length > 0) {
      faults.push(`${place} must be a GET operation of the catalog. Example: CACHE=${CACHE_EXAMPLE}`)
    } else if (Object.hasOwn(rules, operation)) {
      faults.push(`${place} repeats an operation. Example: CACHE=${CACHE_EXAMPLE}`)
    } else rules[operation] = Number(seconds) * 1000
  }
  return rules
}
