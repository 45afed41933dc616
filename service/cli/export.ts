/** `roller-sidecar export`: ROLLER's reports as files. */
import { join } from 'node:path'
import { isRollerError, type Roller } from 'fastify-roller'
import { ConfigError, readConfig, type Config } from '../config/config.ts'
import { reasonOf } from '../export/failures.ts'
import { FolderError, isDiskError, notWritable, STATE_FOLDER } from '../export/folder.ts'
import { EXPORT_USAGE, readExportOptions, UsageError, type ExportOptions } from '../export/options.ts'
import { barProgress, jsonProgress, saySlowStart } from '../export/progress.ts'
import { estimateExport, runExport } from '../export/run.ts'
import { printSql } from '../export/sql.ts'
import { estimateTable, missingTable } from '../export/summary.ts'
import { bulkUnavailable, openGateway } from './export-gateway.ts'

const [ALL_THERE, INCOMPLETE, WRONG, INTERRUPTED] = [0, 1, 2, 130]
/** Maximum time of an orderly end. Milliseconds. */
const LAST_MOMENT = 800
/** ROLLER's limit and Nango's, less what is left unused. Calls a minute. */
const [VENUE_SPEED, NANGO_SPEED] = [115, 190]

/** @returns the exit code */
export async function exportReports (args: readonly string[], source: Readonly<Record<string, string | undefined>>): Promise<number> {
  let options: ExportOptions
  let config: Config
  try {
    options = readExportOptions(args)
    const { sql } = options
    if (sql !== null) {
      process.stdout.write(printSql({ ...options, sql }))
      return ALL_THERE
    }
    config = readConfig({ ...source, HOST: '127.0.0.1' }) // nothing listens, so no keys are needed
  } catch (error) {
    if (error instanceof UsageError) process.stderr.write(`${error.message}\n\n${EXPORT_USAGE}`)
    else if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`)
    else throw error
    return WRONG
  }
  const interrupted = new AbortController()
  const interrupt = (): void => {
    interrupted.abort(new Error('interrupted'))
    setTimeout(() => process.exit(INTERRUPTED), LAST_MOMENT).unref()
  }
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  const gateway = await openGateway(config)
  try {
    return options.dryRun
      ? await estimate(gateway.roller, options, config)
      : await run(gateway.roller, options, config, interrupted.signal)
  } catch (error) {
    if (interrupted.signal.aborted) {
      process.stderr.write('\nInterrupted. Run the same command again to go on.\n')
      return INTERRUPTED
    }
    process.stderr.write(`${messageOf(error, options)}\n`)
    return INCOMPLETE
  } finally {
    await gateway.close()
  }
}

async function run (roller: Roller, options: ExportOptions, config: Config, signal: AbortSignal): Promise<number> {
  const isTerminal = process.stderr.isTTY
  const missing = await runExport({
    roller,
    options,
    signal,
    progress: (venues) => isTerminal ? barProgress(process.stderr, venues) : jsonProgress(process.stdout),
    onTrouble: (code, ms) => { saySlowStart(isTerminal ? process.stderr : process.stdout, isTerminal, code, ms) },
    bulk: { unavailable: bulkUnavailable(config) }
  })
  if (!isTerminal) process.stdout.write(`${JSON.stringify({ step: 'summary', complete: missing.length === 0, missing })}\n`)
  if (missing.length === 0) return ALL_THERE
  process.stderr.write(`\nNot everything is there:\n\n${missingTable(missing)}\n`)
  return INCOMPLETE
}

async function estimate (roller: Roller, options: ExportOptions, config: Config): Promise<number> {
  const unavailable = bulkUnavailable(config)
  const folder = { own: (name: string): string => join(options.out, STATE_FOLDER, name) }
  const { estimates, missing } = await estimateExport(roller, options, folder, { unavailable })
  const account = config.transport === 'nango' ? NANGO_SPEED : null
  process.stdout.write(`${estimateTable(estimates, { venue: VENUE_SPEED, account })}\n`)
  if (options.backfill === 'bulk' && unavailable !== undefined) process.stdout.write(`\nNo bulk export is ordered: ${unavailable}\n`)
  if (missing.length === 0) return ALL_THERE
  process.stderr.write(`\n${missingTable(missing)}\n`)
  return INCOMPLETE
}

function messageOf (error: unknown, { out }: ExportOptions): string {
  if (isRollerError(error)) return Object.values(reasonOf(error)).join(' ')
  if (error instanceof FolderError) return error.message
  if (isDiskError(error)) return `${notWritable(out, error).message} What is whole counts; run the same command again to go on.`
  return error instanceof Error ? error.stack ?? error.message : String(error)
}
