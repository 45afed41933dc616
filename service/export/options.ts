/** The options of `roller-sidecar export`, read and checked. */
import { parseArgs } from 'node:util'
import { reports, type Report } from 'fastify-roller/internal'
import { addDays, daysBetween } from 'fastify-roller/time'
import { DIALECTS, type Dialect } from './sql.ts'

const FORMATS = ['ndjson', 'csv', 'parquet'] as const
export type FileFormat = (typeof FORMATS)[number]
const BACKFILLS = ['daily', 'bulk'] as const

export interface ExportOptions {
  readonly reports: readonly Report[]
  /** Ids of venues; null: all that are connected. */
  readonly venues: readonly string[] | null
  readonly tags: Readonly<Record<string, string>>
  /** The first day, and the first that is left out. Null: up to today of each venue, which is left out. */
  readonly from: string | null
  readonly to: string | null
  readonly out: string
  readonly format: FileFormat
  readonly gzip: boolean
  /** Days of one venue that are fetched at a time. */
  readonly concurrency: number
  /** Days after its end for which a day is fetched again. */
  readonly overlap: number
  /** Milliseconds for which a venue is tried again that cannot be reached. */
  readonly patience: number
  /** What fetches long ranges: daily reports, or ROLLER's bulk exports. */
  readonly backfill: (typeof BACKFILLS)[number]
  readonly dryRun: boolean
  /** Prints tables instead of exporting. */
  readonly sql: Dialect | null
}

export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const EXPORT_USAGE = `Usage: roller-sidecar export --reports NAMES --from YYYY-MM-DD --out FOLDER [options]

  Copies ROLLER's reports into files: FOLDER/<report>/venue=<id>/day=<day>.ndjson. The next run fetches what is missing, what failed,
  and the last days again. It ends with 0 only if everything is there, with 1 if not, and with 2 where the command is wrong.

  --reports a,b | all     ${[...reports.keys()].join(', ').replace(/(.{90}[^ ]*) /g, '$1\n                          ')}
  --venues a,b | all      ids of venues; all by default
  --tags name=value,…     only connections with these tags
  --from, --to            first day, and the first day that is left out; --to is today by default, in each venue's own calendar
  --out FOLDER
  --format ndjson | csv | parquet
  --gzip                  compresses ndjson and csv
  --overlap DAYS          fetches a day again until it is over for this long, 1 by default: ROLLER files a record under the day on which it
                          was changed last, and may do so late
  --concurrency N         days of one venue at a time, 3 by default
  --patience SECONDS      how long what cannot be reached is tried again, 900 by default
  --backfill daily | bulk bulk orders ROLLER's bulk exports for 31 missing days or more, daily by default. It needs REDIS_URL and PUBLIC_URL
                          of a service that is subscribed to the venue's webhooks; where it cannot be had, daily reports are fetched
  --dry-run               calls, time and usage units, before anything is sent to ROLLER
  --print-sql duckdb | postgres | bigquery
                          tables and upserts for --reports, instead of an export

The environment says where Nango is, as for the service. Give REDIS_URL where the service runs beside it: both then share the rate limits.
`

const MAX_CONCURRENCY = 50

/** @throws UsageError with everything that is wrong */
export function readExportOptions (args: readonly string[]): ExportOptions {
  const { values } = parse(args)
  const faults: string[] = []
  const fault = (text: string): void => { faults.push(text) }

  const chosen = chooseReports(values.reports, fault)
  const printsSql = values['print-sql'] !== undefined
  const sql = DIALECTS.find((one) => one === values['print-sql']) ?? null
  if (printsSql && sql === null) fault(`--print-sql must be one of ${DIALECTS.join(', ')}`)
  const days = chosen.some(({ kind }) => kind !== 'list') && !printsSql
  if (days && values.from === undefined) fault('--from is missing: the first day, such as 2026-01-01')
  for (const name of ['from', 'to'] as const) {
    if (values[name] !== undefined && !isDay(values[name])) fault(`--${name} is not a day such as 2026-11-30`)
  }
  const { from = null, to = null } = values
  if (from !== null && to !== null && isDay(from) && isDay(to) && daysBetween(from, to) <= 0) {
    fault('--to must be after --from: it is the first day that is left out')
  }
  // A variable of a script that is not set: the export would be of nothing, of all venues, or into the present folder.
  for (const name of ['venues', 'tags', 'out'] as const) {
    if (values[name] !== undefined && list(values[name]).length === 0) fault(`--${name} is empty`)
  }
  if (values.out === undefined && !printsSql && values['dry-run'] !== true) fault('--out is missing: the folder for the files')
  const format = FORMATS.find((one) => one === (values.format ?? 'ndjson'))
  if (format === undefined) fault(`--format must be one of ${FORMATS.join(', ')}`)
  if (format === 'parquet' && values.gzip === true) fault('--gzip is not for parquet, which is compressed')
  const backfill = BACKFILLS.find((one) => one === (values.backfill ?? 'daily'))
  if (backfill === undefined) fault(`--backfill must be one of ${BACKFILLS.join(', ')}`)
  const options = {
    reports: chosen,
    venues: values.venues === undefined || values.venues === 'all' ? null : list(values.venues),
    tags: readTags(values.tags, fault),
    from,
    to,
    out: values.out ?? 'exports',
    format: format ?? 'ndjson',
    gzip: values.gzip === true,
    concurrency: readNumber('concurrency', values.concurrency, 3, [1, MAX_CONCURRENCY], fault),
    overlap: readNumber('overlap', values.overlap, 1, [0, 366], fault),
    patience: readNumber('patience', values.patience, 900, [0, 86_400], fault) * 1000,
    backfill: backfill ?? 'daily',
    dryRun: values['dry-run'] === true,
    sql
  }
  if (faults.length > 0) throw new UsageError(faults.join('\n'))
  return options
}

function parse (args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        reports: { type: 'string' },
        venues: { type: 'string' },
        tags: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        out: { type: 'string' },
        format: { type: 'string' },
        gzip: { type: 'boolean' },
        overlap: { type: 'string' },
        concurrency: { type: 'string' },
        patience: { type: 'string' },
        backfill: { type: 'string' },
        'dry-run': { type: 'boolean' },
        'print-sql': { type: 'string' }
      }
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function chooseReports (text: string | undefined, fault: (text: string) => void): Report[] {
  const names = list(text ?? '')
  if (names.length === 0) fault('--reports is missing: names separated by commas, or all')
  if (text === 'all') return [...reports.values()]
  return names.flatMap((name) => {
    const report = reports.get(name)
    if (report === undefined) fault(`--reports: ROLLER has no report ${JSON.stringify(name)}. It has ${[...reports.keys()].join(', ')}`)
    return report ?? []
  })
}

function readTags (text: string | undefined, fault: (text: string) => void): Record<string, string> {
  return Object.fromEntries(list(text ?? '').flatMap((pair) => {
    const at = pair.indexOf('=')
    if (at < 1) fault(`--tags: ${JSON.stringify(pair)} is not name=value`)
    return at < 1 ? [] : [[pair.slice(0, at), pair.slice(at + 1)]]
  }))
}

function readNumber (
  name: string, text: string | undefined, fallback: number, [least, most]: readonly [number, number], fault: (text: string) => void
): number {
  if (text === undefined) return fallback
  const value = /^\d{1,6}$/.test(text) ? Number(text) : NaN
  if (value >= least && value <= most) return value
  fault(`--${name} must be a whole number from ${least} to ${most}`)
  return fallback
}

function list (text: string): string[] { return [...new Set(text.split(',').map((one) => one.trim()).filter((one) => one !== ''))] }

function isDay (text: string): boolean {
  try { return addDays(text, 0) === text } catch { return false }
}
