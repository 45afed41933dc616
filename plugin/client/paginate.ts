/** Walks through a report record by record: all days of a range, all pages of a day, one page ahead of the reader and never more. */
import type { CancelSignal } from '../util/cancellation.ts'
import { isDeepStrictEqual } from 'node:util'
import { readPage, unreadable, type ReportPage } from './report-page.ts'
import type { Position } from './report-cursor.ts'
import {
  cursorAt, dayOf, pageQuery, planReport, type PageQuery, type ReportFilter, type ReportName, type ReportPlan, type ReportRecord
} from './report-plan.ts'

export type { PageQuery, ReportFilter, ReportName, ReportRecord } from './report-plan.ts'

/** Fetches one page and gives the parsed answer. Must heed the signal. */
export type PageSource = (name: ReportName, query: PageQuery, signal: AbortSignal) => Promise<unknown>

/** What is told about a page once all of its records have been taken. */
export interface PageProgress {
  readonly name: ReportName
  /** The venue's day; null for a report without dates. */
  readonly date: string | null
  readonly page: number
  /** Records of this page that were handed out: fewer than ROLLER sent when a cursor pointed into the page. */
  readonly records: number
  /** Pages of this day, where ROLLER says so. */
  readonly pagesTotal?: number
  readonly daysDone: number
  readonly daysTotal: number
  /** Goes on after this page. */
  readonly cursor: string
}

export interface PaginateOptions<N extends ReportName = ReportName> {
  /** First day, in the venue's calendar. */
  readonly startDate?: string | undefined
  /**
   * The first day that is left out, as in ROLLER's own calls and exports: July is 2026-07-01 to 2026-08-01. Left out: the one day
   * startDate. GET /data/tillreconciliations alone may be given endDate without startDate; then it is what it is in that call, the day
   * itself.
   */
  readonly endDate?: string | undefined
  /** 100 by default, 20000 for GET /data/discounts as at ROLLER; GET /reporting/revenue-entries has pages of 100. */
  readonly pageSize?: number | undefined
  /** The report's other parameters. */
  readonly query?: ReportFilter<N> | undefined
  /** Goes on where an earlier walk stood. Give the other options as then; range and page size may be left out. */
  readonly cursor?: string | undefined
  /** Anything that must be the same when a cursor is used, such as the id of the connection. Not sent. */
  readonly scope?: string | undefined
  readonly signal?: CancelSignal | undefined
  /** Called after the last record of each page has been taken, and waited for: the place to store progress.cursor. */
  readonly onPage?: ((progress: PageProgress) => void | Promise<void>) | undefined
  /** Most pages of one day, 10000 by default: a report that never ends must not spend the venue's calls. */
  readonly maxPages?: number | undefined
}

export interface Pager<R> {
  next: () => Promise<IteratorResult<R, undefined>>
  /** Stops, as `break` does: a page under way is given up. */
  return: () => Promise<IteratorResult<R, undefined>>
  [Symbol.asyncIterator]: () => Pager<R>
  /** Goes on after the last record that was handed out, also after `break` or an error. Of a finished walk: nothing is left. */
  readonly cursor: string
}

const MAX_PAGES = 10_000

/**
 * Records of a report, in ROLLER's order. The first page is fetched when the first record is read. A report is not a snapshot: ROLLER sorts
 * a booking under the day of its last change, so pages of a day that is still changing can shift between two calls.
 *
 * An error of the source is thrown as it is, with the cursor to go on from (see cursorOf); the records before it have been handed out.
 * @throws RollerError ROLLER_ERR_VALIDATION at once when options or cursor do not fit the report
 */
export function paginate<const N extends ReportName> (
  source: PageSource, name: N, options: PaginateOptions<N> = {}
): Pager<ReportRecord<N>> {
  return new ReportPager<ReportRecord<N>>(source, name, options as PaginateOptions)
}

/** The cursor that goes with an error thrown by a walk. */
export function cursorOf (error: unknown): string | undefined {
  const cursor = typeof error === 'object' && error !== null && 'cursor' in error ? error.cursor : undefined
  return typeof cursor === 'string' ? cursor : undefined
}

class ReportPager<R> implements Pager<R> {
  readonly #source: PageSource
  readonly #name: ReportName
  readonly #options: PaginateOptions
  readonly #plan: ReportPlan
  readonly #stop = new AbortController()
  readonly #walk: AsyncGenerator<R, undefined, undefined>
  #at: Position
  #closed = false

  constructor (source: PageSource, name: ReportName, options: PaginateOptions) {
    this.#source = source
    this.#name = name
    this.#options = options
    this.#plan = planReport(name, options)
    this.#at = this.#plan.start
    this.#walk = this.#records()
  }

  get cursor (): string { return cursorAt(this.#plan, this.#at) }

  [Symbol.asyncIterator] (): this { return this }

  async next (): Promise<IteratorResult<R, undefined>> { return await this.#walk.next() }

  async return (): Promise<IteratorResult<R, undefined>> {
    this.#closed = true
    this.#stop.abort() // first, since the generator takes no return while it waits for a page
    return await this.#walk.return(undefined)
  }

  async * #records (): AsyncGenerator<R, undefined, undefined> {
    const { signal } = this.#options
    const pass = (): void => { this.#stop.abort(signal?.reason) }
    if (signal?.aborted === true) pass()
    signal?.addEventListener('abort', pass, { once: true })
    try {
      let ahead: Promise<ReportPage> | null = null
      let before: { day: number, page: ReportPage } | null = null
      while (this.#at.day < this.#plan.days) {
        const at = this.#at
        const page: ReportPage = await (ahead ?? this.#load(at))
        ahead = null
        if (before !== null && before.day === at.day && repeats(before.page, page)) {
          throw unreadable(`ROLLER answered page ${at.page} with the page before it: the pages do not end.`)
        }
        before = { day: at.day, page }

        const next = page.last ? { day: at.day + 1, page: 1, index: 0 } : { day: at.day, page: at.page + 1, index: 0 }
        const records = page.records.slice(at.index)
        if (records.length > 0 && next.day < this.#plan.days) {
          ahead = this.#load(next)
          ahead.catch(() => {}) // thrown when its turn comes, after the records of this page
        }
        for (const [index, record] of records.entries()) {
          this.#stop.signal.throwIfAborted()
          this.#at = index === records.length - 1 ? next : { ...at, index: at.index + index + 1 }
          yield record as R // described by ROLLER's document, not checked
        }
        this.#at = next
        await this.#report(at, page, records.length)
      }
    } catch (error) {
      if (!this.#closed) throw withCursor(error, this.cursor)
    } finally {
      signal?.removeEventListener('abort', pass)
      this.#stop.abort()
    }
    return undefined
  }

  async #load (at: Position): Promise<ReportPage> {
    const { maxPages = MAX_PAGES } = this.#options
    if (at.page > maxPages) throw unreadable(`The report has more than ${maxPages} pages for one day.`)
    this.#stop.signal.throwIfAborted()
    const answer = await this.#source(this.#name, pageQuery(this.#plan, at), this.#stop.signal)
    this.#stop.signal.throwIfAborted()
    const page = readPage(answer, at.page, this.#plan.pageSize)
    if (this.#plan.hasPages) return page
    if (page.told && !page.last) throw unreadable('ROLLER gives this report in pages, and has no parameter for them.')
    return { ...page, last: true }
  }

  async #report (at: Position, page: ReportPage, records: number): Promise<void> {
    await this.#options.onPage?.({
      name: this.#name,
      date: dayOf(this.#plan, at.day),
      page: at.page,
      records,
      ...(page.total !== null && { pagesTotal: page.total }),
      daysDone: this.#at.day,
      daysTotal: this.#plan.days,
      cursor: this.cursor
    })
  }
}

/** Single records may be alike by right, and so may whole pages where ROLLER counts the pages and gives these two different numbers. */
function repeats (before: ReportPage, page: ReportPage): boolean {
  const suspicious = (!page.told && page.records.length > 1) || (page.current !== null && page.current === before.current)
  return suspicious && page.records.length > 0 && isDeepStrictEqual(before.records, page.records)
}

/** On the very error, so that its class and code stay; a frozen one, or no object at all, goes without. */
function withCursor (error: unknown, cursor: string): unknown {
  if (typeof error === 'object' && error !== null && Object.isExtensible(error)) {
    Object.defineProperty(error, 'cursor', { value: cursor, configurable: true, writable: true, enumerable: false })
  }
  return error
}
