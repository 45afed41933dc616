/** ROLLER's recommendations for report page sizes, which it does not enforce. */
import type { Operation } from './operation.ts'

/** ROLLER recommends at most 500 records a page. Larger pages are slow and may be truncated. */
export const LARGEST_PAGE = 500
/** ROLLER: a page of discounts has 20000 records by default, so that size is allowed here. Paging uses it too. */
export const LARGE_PAGES: Readonly<Record<string, number>> = { 'GET /data/discounts': 20_000 }

/**
 * The value of Roller-Warning, an Item of structured fields (RFC 9651); null if there is no warning. A custom header, since RFC 9111
 * removed Warning from HTTP.
 * @param target path and query as received
 */
export function pageSizeWarning (name: string, { rateLimit }: Operation, target: string): string | null {
  if (rateLimit !== 'reporting' || !/pagesize/i.test(target)) return null
  const largest = LARGE_PAGES[name] ?? LARGEST_PAGE
  const query = new URLSearchParams(target.slice(target.indexOf('?')))
  const exceeds = [...query].some(([key, value]) => key.toLowerCase() === 'pagesize' && Number(value) > largest)
  return exceeds ? `page-size;max=${largest}` : null
}
