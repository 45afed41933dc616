/** Iterates over the records of a report: all days of a range, all pages of a day, prefetching one page. */
import { AbortLink, type CancelSignal } from '../util/cancellation.ts'
import { isDeepStrictEqual } from 'node:util'
import type { ReportName } from '../operations/reports.ts'
import { readPage, ReportPage, unreadable } from './report-page.ts'
import type { Position } from './report-cursor.ts'
import {
  cursorAt, dayOf, pageQuery, planReport, type PageQuery, type ReportFilter, type ReportPlan, type ReportRecord
} from './report-plan.ts'

export type { PageQuery, ReportRecord } from './report-plan.ts'
export type { ReportName }

/** Fetches one page and returns the parsed response. Must respect the signal. */
export type PageSource = (name: ReportName, query: PageQuery, signal: AbortSignal) => Promise<unknown>

/** Progress after all records of a page were consumed. */
export interface PageProgress {
  readonly name: ReportName
  /** The venue's day; null for a report without dates. */
  readonly date: string | null
  readonly page: number
  /** Records of this page that were returned: fewer than ROLLER sent if a cursor pointed into the page. */
  readonly records: number
  /** Pages of this day, if ROLLER's response contains the number. */
  readonly pagesTotal?: number
  readonly daysDone: number
  readonly daysTotal: number
  /** Continues after this page. */
  readonly cursor: string
}

export interface PaginateOptions<N extends ReportName = ReportName> {
  /** First day, in the venue's calendar. */
  readonly startDate?: string | undefined
  /**
   * The first excluded day, as in ROLLER's calls and exports: July is 2026-07-01 to 2026-08-01. Default: only the day startDate. GET
   * /data/tillreconciliations may have endDate without startDate; as in that call, it is then the day itself.
   */
  readonly endDate?: string | undefined
  /** Default: 100, for GET /data/discounts 20000 as at ROLLER; GET /reporting/revenue-entries has fixed pages of 100. */
  readonly pageSize?: number | undefined
  /** The report's other parameters. */
  readonly query?: ReportFilter<N> | undefined
  /** Continues where an earlier iteration stopped. Pass the same options; range and page size may be omitted. */
  readonly cursor?: string | undefined
  /** Any value that must be the same when a cursor is used, such as the id of the connection. Not sent. */
  readonly scope?: string | undefined
  readonly signal?: CancelSignal | undefined
  /** Called and awaited after the last record of each page was consumed: store progress.cursor here. */
  readonly onPage?: ((progress: PageProgress) => void | Promise<void>) | undefined
  /** Maximum number of pages of one day. Default: 10000. Keeps a report without an end from using up the venue's rate limit. */
  readonly maxPages?: number | undefined
}

export interface Pager<R> {
  next: () => Promise<IteratorResult<R, undefined>>
  /** Stops, like `break`: a page in flight is cancelled. */
  return: () => Promise<IteratorResult<R, undefined>>
  [Symbol.asyncIterator]: () => Pager<R>
  /** Continues after the last returned record, also after `break` or an error. After a finished iteration there are no more records. */
  readonly cursor: string
}

const MAX_PAGES = 10_000

/**
 * Records of a report, in ROLLER's order. The first page is fetched when the first record is read. A report is not a snapshot: ROLLER sorts
 * a booking under the day of its last change, so pages of a day that is still changing can shift between two calls.
 *
 * An error of the source is thrown unchanged, with a cursor to continue from (see cursorOf); the records before it have been returned.
 * @throws RollerError ROLLER_ERR_VALIDATION at once if options or cursor do not fit the report
 */
export function paginate<const N extends ReportName> (
  source: PageSource, name: N, options: PaginateOptions<N> = {}
): Pager<ReportRecord<N>> {
  return new ReportPager<ReportRecord<N>>(source, name, options as PaginateOptions)
}

/** The cursor attached to an error of an iteration. */
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
    this.#stop.abort() // first, since a generator ignores return() while it awaits a page
    return await this.#walk.return(undefined)
  }

  async * #records (): AsyncGenerator<R, undefined, undefined> {
    const link = new AbortLink(this.#options.signal, this.#stop)
    try {
      let ahead: Promise<ReportPage> | null = null
      let before: ReportPage | null = null
      let dayBefore = -1
      while (this.#at.day < this.#plan.days) {
        const at = this.#at
        const page: ReportPage = await (ahead ?? this.#load(at))
        ahead = null
        if (before !== null && dayBefore === at.day && repeats(before, page)) {
          throw unreadable(`ROLLER answered page ${at.page} with the page before it: the pages do not end.`)
        }
        before = page
        dayBefore = at.day

        const next = page.last ? { day: at.day + 1, page: 1, index: 0 } : { day: at.day, page: at.page + 1, index: 0 }
        const { records } = page
        if (next.day < this.#plan.days) {
          ahead = this.#load(next)
          ahead.catch(() => {}) // thrown after the records of this page
        }
        for (let index = at.index; index < records.length; index++) {
          this.#stop.signal.throwIfAborted()
          this.#at = index === records.length - 1 ? next : { ...at, index: index + 1 }
          yield records[index] as R // typed by ROLLER's document, not validated
        }
        this.#at = next
        await this.#report(at, page, Math.max(0, records.length - at.index))
      }
    } catch (error) {
      if (!this.#closed) throw withCursor(error, this.cursor)
    } finally {
      link.unlink()
      this.#stop.abort()
    }
    return undefined
  }

  async #load (at: Position): Promise<ReportPage> {
    const { maxPages = MAX_PAGES } = this.#options
    if (at.page > maxPages) throw unreadable(`The report has more than ${maxPages} pages for one day.`)
    this.#stop.signal.throwIfAborted()
    const response = await this.#source(this.#name, pageQuery(this.#plan, at), this.#stop.signal)
    this.#stop.signal.throwIfAborted()
    const page = readPage(response, at.page, this.#plan.pageSize)
    if (this.#plan.hasPages) return page
    if (page.counted && !page.last) throw unreadable('ROLLER gives this report in pages, and has no parameter for them.')
    return new ReportPage(page.records, page.current, page.total, page.counted, true)
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

/** Single records may be equal, and so may whole pages if ROLLER counts the pages and numbers these two differently. */
function repeats (before: ReportPage, page: ReportPage): boolean {
  const suspicious = (!page.counted && page.records.length > 1) || (page.current !== null && page.current === before.current)
  return suspicious && page.records.length > 0 && isDeepStrictEqual(before.records, page.records)
}

/** Attached to the error itself, to keep its class and code; skipped for a frozen error or a primitive. */
function withCursor (error: unknown, cursor: string): unknown {
  if (typeof error === 'object' && error !== null && Object.isExtensible(error)) {
    Object.defineProperty(error, 'cursor', { value: cursor, configurable: true, writable: true, enumerable: false })
  }
  return error
}
