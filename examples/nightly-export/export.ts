/** Reports as NDJSON files, with a progress bar; a stopped export is resumed. */
import { mkdir, open, readFile, rename, writeFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import Fastify from 'fastify'
import roller, { isRollerError, type PageProgress, type Roller } from 'fastify-roller'
import { findNango } from '../nango.ts'

const REPORTS = { bookingitems: 'GET /data/bookingitems', tickets: 'GET /data/tickets', customers: 'GET /data/customers' } as const
type ReportKey = keyof typeof REPORTS

/** Length and cursor of a file, saved together: rows written after them are cut off and written again. */
interface State { readonly cursor?: string, readonly bytes: number }

async function readState (file: string): Promise<State> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as State // written below
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { bytes: 0 }
    throw error
  }
}

/** Atomic, even on a power failure. */
async function writeState (file: string, state: State): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(state), { flush: true })
  await rename(`${file}.new`, file)
}

function draw (report: string, { daysDone, daysTotal, date }: PageProgress): void {
  const width = 30
  const done = Math.floor(width * daysDone / daysTotal)
  const line = `${report.padEnd(14)} [${'#'.repeat(done)}${'.'.repeat(width - done)}] ${daysDone}/${daysTotal} days  ${date ?? ''}`
  process.stdout.write(process.stdout.isTTY ? `\r${line}` : `${line}\n`)
}

async function exportReport (
  api: Roller, report: ReportKey, range: { connectionId: string, startDate: string, endDate: string }, folder: string
): Promise<number> {
  const name = join(folder, `${report}-${range.startDate}-${range.endDate}`)
  let state = await readState(`${name}.state`)
  const file: FileHandle = await open(`${name}.ndjson`, state.bytes === 0 ? 'w' : 'r+')
  try {
    await file.truncate(state.bytes)
    let lines = ''
    const records = api.paginate(REPORTS[report], {
      ...range,
      ...(state.cursor !== undefined && { cursor: state.cursor }),
      async onPage (progress) {
        const { bytesWritten } = await file.write(lines, state.bytes)
        await file.datasync()
        lines = ''
        state = { cursor: progress.cursor, bytes: state.bytes + bytesWritten }
        await writeState(`${name}.state`, state)
        draw(report, progress)
      }
    })
    for await (const record of records) lines += `${JSON.stringify(record)}\n`
    return state.bytes
  } finally {
    await file.close()
  }
}

const { values: { from, to, into = 'exports' }, positionals } = parseArgs({
  options: { from: { type: 'string' }, to: { type: 'string' }, into: { type: 'string' } }, allowPositionals: true
})
const reports = positionals.filter((name): name is ReportKey => Object.hasOwn(REPORTS, name))
if (from === undefined || to === undefined || reports.length === 0 || reports.length < positionals.length) {
  console.error(`Usage: export.ts --from YYYY-MM-DD --to YYYY-MM-DD [--into FOLDER] REPORT...   (${Object.keys(REPORTS).join(', ')})`)
  process.exit(2)
}

const { options, connectionId, close } = await findNango()
const app = Fastify()
// This program does not listen, so its routes need no authorization.
await app.register(roller, { ...options, authorize: 'open' })
try {
  await mkdir(into, { recursive: true })
  for (const report of reports) {
    console.log(`\n${report}: ${await exportReport(app.roller, report, { connectionId, startDate: from, endDate: to }, into)} bytes`)
  }
} catch (error) {
  if (!isRollerError(error)) throw error
  console.error(`\n${error.code}: ${error.detail} ${error.hint} Start it again to go on.`)
  process.exitCode = 1
} finally {
  await app.close()
  await close()
}
