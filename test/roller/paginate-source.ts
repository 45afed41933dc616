/** A fake ROLLER for tests of paging: records by day, in pages, and a log of requests. */
import type { PageQuery, PageSource, ReportName } from '#plugin/client/paginate.js'

export interface Row { bookingReference: string }
export type Envelope = 'page' | 'items' | 'array'

export interface Fake {
  source: PageSource
  /** The queries, in the order they were sent. */
  requested: PageQuery[]
  /** As `day/page`, or `/page` for a report without dates. */
  steps: string[]
  /** Largest number of concurrent calls. */
  busiest: number
  signals: AbortSignal[]
}

export interface FakeOptions {
  envelope?: Envelope
  /** Replaces a response; undefined uses the records. */
  respond?: (query: PageQuery, name: ReportName) => unknown
}

export function rows (count: number, prefix = ''): Row[] {
  return Array.from({ length: count }, (_, index) => ({ bookingReference: `${prefix}${index}` }))
}

/** @param days records by day; '' for a report without dates */
export function fake (days: Record<string, Row[]>, { envelope = 'page', respond }: FakeOptions = {}): Fake {
  let busy = 0
  const log: Fake = {
    requested: [],
    steps: [],
    busiest: 0,
    signals: [],
    async source (name, query, signal) {
      log.requested.push(query)
      const day = String(query['startDate'] ?? query['endDate'] ?? '')
      const [page, size] = [Number(query['pageNumber']), Number(query['pageSize'] ?? 100)]
      log.steps.push(`${day}/${page}`)
      log.signals.push(signal)
      busy++
      log.busiest = Math.max(log.busiest, busy)
      try {
        await new Promise((resolve) => { setImmediate(resolve) })
        signal.throwIfAborted()
        const special = respond?.(query, name)
        if (special !== undefined) return special
        const all = days[day] ?? []
        const items = all.slice((page - 1) * size, page * size)
        if (envelope === 'array') return items
        if (envelope === 'items') return { items }
        return { currentPage: page, totalPages: Math.ceil(all.length / size), totalItems: all.length, itemsPerpage: size, items }
      } finally {
        busy--
      }
    }
  }
  return log
}

export async function collect (records: AsyncIterable<object>): Promise<string[]> {
  const references: string[] = []
  for await (const record of records) references.push((record as Row).bookingReference)
  return references
}

/** Waits until everything in progress has finished. */
export async function settle (): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => { setImmediate(resolve) })
}
