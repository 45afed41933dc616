/** A walk through a report as pieces of text, which are made when they are read. */
import { paginate, type PageSource, type PaginateOptions } from '../client/paginate.ts'
import type { Report } from '../operations/reports.ts'
import { lineWriter, type ExportFormat } from './formats.ts'

export interface ReportStreamOptions extends Pick<PaginateOptions, 'startDate' | 'endDate' | 'cursor' | 'scope' | 'signal'> {
  readonly format: ExportFormat
  /** After each page a line `{"cursor":"…"}`, from which the report continues. NDJSON only. */
  readonly cursors?: boolean
}

/** Characters that are gathered before they are passed on: a chunk for each record is work for nothing. */
const CHUNK = 32 * 1024

/** @throws RollerError ROLLER_ERR_VALIDATION at once; later what the source throws, when it is read */
export function reportChunks (
  source: PageSource, report: Report, { format, cursors = false, ...range }: ReportStreamOptions
): AsyncGenerator<string, void, undefined> {
  let passed: string | null = null
  const records = paginate(source, report.operation, {
    ...range,
    // A cursor has the size of its pages in it.
    ...(range.cursor === undefined && { pageSize: report.pageSize }),
    onPage: ({ cursor }) => { passed = cursor }
  })
  const cursorLine = (): string => {
    const line = cursors && passed !== null ? `${JSON.stringify({ cursor: passed })}\n` : ''
    passed = null
    return line
  }
  return read()

  async function * read (): AsyncGenerator<string, void, undefined> {
    const { head, line } = lineWriter(format, report)
    // A continued part has its header row already.
    let text = range.cursor === undefined ? head : ''
    try {
      for await (const record of records) {
        if (passed !== null || text.length >= CHUNK) {
          yield text + cursorLine()
          text = ''
        }
        text += line(record)
      }
    } catch (error) {
      // What came before the break is passed on, and the cursor of its last page with it.
      text += cursorLine()
      if (text !== '') yield text
      throw error
    }
    text += cursorLine()
    if (text !== '') yield text
  }
}
