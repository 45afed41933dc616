/** Exports one venue: a few days at a time, as fast as its rate limit gives leases, and again where it cannot be reached. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isRollerError, type Roller, type RollerError } from 'fastify-roller'
import { extensionOf, writeDay } from './day-file.ts'
import { reachOf, reasonOf, type Reason } from './failures.ts'
import type { ExportFolder } from './folder.ts'
import { JobQueue, MOST_FAILING } from './job-queue.ts'
import type { ExportOptions } from './options.ts'
import { pauseAfter } from './patience.ts'
import { WHOLE, type Job, type Venue } from './plan.ts'
import type { ExportProgress } from './progress.ts'
import { writeWhole, type VenueState } from './state.ts'
import type { ExportTime } from './time.ts'

/** Gives the records of a file. */
export type ReadRecords = (job: Job) => RecordSource

export interface RecordSource {
  readonly records: AsyncIterable<unknown>
  /** What has changed since may be missing. ISO 8601. */
  readonly at: string
  /** That the records have taken so far. */
  readonly calls: () => number
}

export interface VenueExportParts {
  readonly roller: Pick<Roller, 'paginate'>
  readonly folder: ExportFolder
  readonly options: ExportOptions
  readonly progress: ExportProgress
  readonly signal: AbortSignal
  readonly time: ExportTime
}

/** What is not there in the end. */
export interface Missing extends Reason {
  readonly venue: string
  /** Null: the whole venue. */
  readonly report: string | null
  readonly days: readonly string[]
}

/** The state is saved this often: what was fetched since is fetched again after a crash. Milliseconds. */
const SAVED = 1_000
const NOT_TRIED: Reason = {
  reason: `Not tried: ${MOST_FAILING} files of the report have failed.`,
  whatToDo: 'Run the same command again: it tries what has failed last.'
}

export class VenueExport {
  readonly #parts: VenueExportParts
  readonly #venue: Venue
  readonly #state: VenueState
  readonly #file: string
  readonly #queue: JobQueue
  readonly #read: ReadRecords
  readonly #failed: { readonly job: Job, readonly why: Reason }[] = []
  /** Since when nothing has gone well, and how often it has not. */
  #trouble: { readonly since: number, count: number, until: number } | null = null
  /** Why nothing more is fetched of the venue, or of a report. */
  #venueEnd: Reason | undefined
  readonly #reportEnds = new Map<string, Reason>()
  #savedAt = -Infinity
  #saving: Promise<void> = Promise.resolve()

  /** @param read the daily reports by default */
  constructor (parts: VenueExportParts, venue: Venue, state: VenueState, jobs: readonly Job[], read?: ReadRecords) {
    this.#parts = parts
    this.#venue = venue
    this.#state = state
    this.#file = stateFile(parts.folder, venue.id)
    this.#queue = new JobQueue(jobs)
    this.#read = read ?? ((job) => dailyReport(parts, venue, job))
  }

  /** @throws an error of the disk, which ends the whole export, and the signal's reason */
  async run (): Promise<Missing[]> {
    const { options: { concurrency }, signal } = this.#parts
    this.#state.unfinishedSince ??= new Date().toISOString()
    await this.#save()
    const work = async (): Promise<void> => { for (let job = this.#take(); job !== undefined; job = this.#take()) await this.#fetch(job) }
    const results = await Promise.allSettled(Array.from({ length: Math.min(concurrency, this.#queue.size) }, work))
    const broken = results.find((result) => result.status === 'rejected')
    this.#state.name = this.#venue.name
    // What is there is noted, whatever has gone wrong.
    await this.#save()
    if (signal.aborted) throw signal.reason
    if (broken !== undefined) throw broken.reason
    return this.#missing()
  }

  #take (): Job | undefined {
    if (this.#parts.signal.aborted) throw this.#parts.signal.reason
    return this.#queue.take()
  }

  async #fetch (job: Job): Promise<void> {
    const endOf = (): Reason | undefined => this.#venueEnd ?? this.#reportEnds.get(job.report.id)
    if (endOf() === undefined) await this.#pause()
    const end = endOf()
    if (end !== undefined) return this.#fail(job, end)
    try {
      const { records, calls, at } = await this.#write(job)
      this.#trouble = null
      this.#queue.fetched(job)
      this.#note(job, { at, records, calls })
      await this.#saveNowAndThen()
      this.#parts.progress.done(this.#venue.id, job, records, calls)
    } catch (error) {
      if (!isRollerError(error)) throw error
      this.#onError(job, error)
    }
  }

  #onError (job: Job, error: RollerError): void {
    const { report: { id } } = job
    const why = reasonOf(error)
    const reach = reachOf(error)
    if (reach === 'venue') this.#venueEnd ??= why
    else if (reach === 'report') this.#reportEnds.set(id, why)
    else {
      this.#noteFailure(job)
      if (this.#queue.failed(job) && reach === 'again') {
        if (this.#mayTryAgain()) {
          this.#parts.progress.trouble(this.#venue.id, error.code, Math.max(0, (this.#trouble?.until ?? 0) - this.#parts.time.now()))
          return this.#queue.tryAgain(job)
        }
        // What is over for one report may be its alone: each of the others is tried once, and continues if it can be fetched.
        this.#reportEnds.set(id, why)
      } else if (!this.#queue.end(job)) this.#reportEnds.set(id, NOT_TRIED)
    }
    this.#fail(job, why)
  }

  async #write (job: Job): Promise<{ at: string, records: number, calls: number }> {
    const { folder, options, signal } = this.#parts
    const { report, path } = job
    const temporary = folder.temporary()
    const { records, at, calls } = this.#read(job)
    try {
      const count = await writeDay(temporary, report, records, options, signal)
      await folder.publish(temporary, join(options.out, path))
      return { at, records: count, calls: calls() }
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {})
      throw error
    }
  }

  /** Pauses all downloads of the venue: the cause applies to each of them. */
  #mayTryAgain (): boolean {
    const now = this.#parts.time.now()
    const trouble = this.#trouble ??= { since: now, count: 0, until: now }
    if (now - trouble.since >= this.#parts.options.patience) return false
    if (trouble.until <= now) trouble.until = now + pauseAfter(trouble.count++)
    return true
  }

  async #pause (): Promise<void> {
    const { signal, time } = this.#parts
    const ms = (this.#trouble?.until ?? 0) - time.now()
    if (ms > 0) await time.sleep(ms, signal)
  }

  #fail (job: Job, why: Reason): void {
    this.#failed.push({ job, why })
    this.#parts.progress.failed(this.#venue.id, job, why)
  }

  #note ({ report: { id }, day }: Job, fetched: VenueState['reports'][string][string][string]): void {
    const report = this.#state.reports[id] ??= {}
    const days = report[extensionOf(this.#parts.options)] ??= {}
    days[day ?? WHOLE] = fetched
    delete this.#state.failures[id]?.[day ?? WHOLE]
  }

  #noteFailure ({ report: { id }, day }: Job): void {
    const days = this.#state.failures[id] ??= {}
    days[day ?? WHOLE] = new Date().toISOString()
  }

  async #saveNowAndThen (): Promise<void> {
    if (performance.now() - this.#savedAt >= SAVED) await this.#save()
  }

  /** One after the other. The files first: what the state says is there has to be there. */
  async #save (): Promise<void> {
    this.#savedAt = performance.now()
    this.#saving = this.#saving.then(async () => {
      await this.#parts.folder.sync()
      await writeWhole(this.#file, this.#state)
    })
    await this.#saving
  }

  #missing (): Missing[] {
    const groups = new Map<string, { report: string, why: Reason, days: string[] }>()
    for (const { job: { report: { id }, day }, why } of this.#failed) {
      const key = `${id} ${why.reason}`
      const group = groups.get(key) ?? { report: id, why, days: [] }
      groups.set(key, group)
      group.days.push(day ?? WHOLE)
    }
    return [...groups.values()].map(({ report, why, days }) => ({ venue: this.#venue.id, report, days: days.sort(), ...why }))
  }
}

export function dailyReport (
  { roller, signal, progress }: Pick<VenueExportParts, 'roller' | 'signal' | 'progress'>, { id, connectionId }: Venue,
  { report: { operation, pageSize }, day }: Pick<Job, 'report' | 'day'>
): RecordSource {
  let calls = 0
  const at = new Date().toISOString() // what changes from now on may be missing
  const records = roller.paginate(operation, {
    connectionId,
    pageSize,
    ...(day !== null && { startDate: day }),
    signal,
    onPage: () => { calls++ },
    onWait: ({ ms }) => { progress.waiting(id, ms) }
  })
  return { records, at, calls: () => calls }
}

export function stateFile (folder: Pick<ExportFolder, 'own'>, venueId: string): string { return folder.own(`venue=${venueId}.json`) }
