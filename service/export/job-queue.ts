/**
 * The files of a venue that are to be fetched. What fails is tried again after the others: old days that ROLLER never gives must not keep
 * new ones from being fetched, nor cost a call each.
 */
import type { Job } from './plan.ts'

/** Files of a report that may fail in a run. The others are left for the next one, in which those come last. */
export const MOST_FAILING = 10

interface Failing {
  readonly jobs: Set<Job>
  /** How many of them are not tried again. */
  ended: number
}

export class JobQueue {
  readonly #jobs: Job[]
  readonly #again: Job[] = []
  /** By report. */
  readonly #failing = new Map<string, Failing>()
  #anyFetched = false

  constructor (jobs: readonly Job[]) { this.#jobs = [...jobs] }

  get size (): number { return this.#jobs.length }

  /** Where many of a report fail, its others wait for what becomes of those. */
  take (): Job | undefined {
    const index = this.#jobs.findIndex((job) => this.#failingOf(job).jobs.size < MOST_FAILING)
    return index === -1 ? this.#again.shift() ?? this.#jobs.shift() : this.#jobs.splice(index, 1)[0]
  }

  fetched (job: Job): void {
    this.#anyFetched = true
    this.#failingOf(job).jobs.delete(job)
  }

  /** @returns false for one that failed in an earlier run as well, though the venue can be reached: it is not waited for */
  failed (job: Job): boolean {
    this.#failingOf(job).jobs.add(job)
    return job.failedAt === null || !this.#anyFetched
  }

  tryAgain (job: Job): void { this.#again.push(job) }

  /** @returns false if too many of the report have failed */
  end (job: Job): boolean { return ++this.#failingOf(job).ended < MOST_FAILING }

  #failingOf ({ report: { id } }: Job): Failing {
    const known = this.#failing.get(id)
    if (known !== undefined) return known
    const failing: Failing = { jobs: new Set(), ended: 0 }
    this.#failing.set(id, failing)
    return failing
  }
}
