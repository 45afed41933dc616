/** What ROLLER asks of callers of its reports without refusing them otherwise. */
import type { Operation } from './operation.ts'
import { readPairs } from './query.ts'

/** ROLLER asks for 500 records a page at most. Larger pages are slow, and may be cut. */
export const LARGEST_PAGE = 500
/** ROLLER: discounts come 20000 a page by default, so such a page is no more than it gives unasked. Paging takes them too. */
export const LARGE_PAGES: Readonly<Record<string, number>> = { 'GET /data/discounts': 20_000 }

/**
 * The value of Roller-Warning, an Item of structured fields (RFC 9651); null where there is nothing to say. A header of its own, since RFC
 * 9111 has taken Warning out of HTTP.
 * @param target path and query as the caller wrote them
 */
export function pageSizeWarning (name: string, { rateLimit }: Operation, target: string): string | null {
  if (rateLimit !== 'reporting' || !/pagesize/i.test(target)) return null
  const pairs = readPairs(target.slice(target.indexOf('?')))
  const largest = LARGE_PAGES[name] ?? LARGEST_PAGE
  for (let index = 0; index < pairs.length; index += 2) {
    if (pairs[index]?.toLowerCase() === 'pagesize' && Number(pairs[index + 1]) > largest) return `page-size;max=${largest}`
  }
  return null
}
