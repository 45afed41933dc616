/** A report as chunks of text, produced as they are read. */
import { paginate, type PageSource, type PaginateOptions } from '../client/paginate.ts'
import type { Report } from '../operations/reports.ts'
import { lineWriter, type ExportFormat } from './formats.ts'

export interface ReportStreamOptions extends Pick<PaginateOptions, 'startDate' | 'endDate' | 'cursor' | 'scope' | 'signal'> {
  readonly format: ExportFormat
  /** After each page a line `{"cursor":"…"}`, from which the report continues. NDJSON only. */
  readonly cursors?: boolean
}

/** Minimum size of a chunk in characters: one chunk for each record would waste CPU. */
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
      // Records before the error are sent, with the cursor of the last complete page.
      text += cursorLine()
      if (text !== '') yield text
      throw error
    }
    text += cursorLine()
    if (text !== '') yield text
  }
}
