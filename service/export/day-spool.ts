/**
 * Sorts the records of a bulk export's files into days, on the disk: an export of years fits into no memory. The records of a day are in
 * the order of the files' numbers, in whatever order the files arrive.
 */
import { createReadStream } from 'node:fs'
import { appendFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ReportInBulk } from 'fastify-roller/internal'
import { JsonArrayError, readJsonArray } from './json-array.ts'
import { dayFinder } from './record-day.ts'

/** The files of a bulk export are not what the daily reports are. */
export class BulkRejected extends Error {
  override readonly name = 'BulkRejected'
}

export interface SpoolOptions extends ReportInBulk {
  /** Of this spool alone. */
  readonly folder: string
  readonly from: string
  readonly to: string
  readonly timeZone: string
}

/** Characters that are held in memory until they are written. */
const HELD = 1024 * 1024
const LINE_FEED = 0x0a

export class DaySpool {
  readonly #options: SpoolOptions
  readonly #dayOf: (value: unknown) => string | null
  /** By file, and the number of its records by day. */
  readonly #files = new Map<string, ReadonlyMap<string, number>>()

  constructor (options: SpoolOptions) {
    this.#options = options
    this.#dayOf = dayFinder(options.from, options.to, options.timeZone)
  }

  has (file: string): boolean { return this.#files.has(file) }

  /**
   * @param file its name, which sorts by month and number
   * @throws BulkRejected, and what the stream throws; nothing of the file is kept then
   */
  async add (file: string, stream: AsyncIterable<Uint8Array>): Promise<void> {
    const folder = join(this.#options.folder, file)
    await mkdir(folder, { recursive: true })
    try {
      this.#files.set(file, await this.#sort(folder, stream))
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      if (error instanceof JsonArrayError) throw new BulkRejected(`A file ${error.message}.`)
      throw error
    }
  }

  async #sort (folder: string, stream: AsyncIterable<Uint8Array>): Promise<Map<string, number>> {
    const counts = new Map<string, number>()
    let lines = new Map<string, string[]>()
    let held = 0
    // One file after the other is open: there may be more days than a process may have open files.
    const flush = async (): Promise<void> => {
      for (const [day, texts] of lines) await appendFile(join(folder, day), texts.join(''))
      lines = new Map()
      held = 0
    }
    for await (const record of readJsonArray(stream)) {
      const day = this.#dayOfRecord(record)
      counts.set(day, (counts.get(day) ?? 0) + 1)
      const line = `${JSON.stringify(record)}\n`
      const texts = lines.get(day)
      if (texts === undefined) lines.set(day, [line])
      else texts.push(line)
      held += line.length
      if (held > HELD) await flush()
    }
    await flush()
    return counts
  }

  #dayOfRecord (record: unknown): string {
    const { dayColumn, from, to } = this.#options
    if (typeof record !== 'object' || record === null || Array.isArray(record)) throw new BulkRejected('A record is not an object.')
    const day = this.#dayOf((record as Readonly<Record<string, unknown>>)[dayColumn]) // an object
    // The value may be of a guest.
    if (day === null) throw new BulkRejected(`The ${dayColumn} of a record is not a time from ${from} to ${to}.`)
    return day
  }

  get records (): number {
    return [...this.#files.values()].reduce((sum, counts) => sum + [...counts.values()].reduce((all, count) => all + count, 0), 0)
  }

  /** Null if there are no records. */
  get busiestDay (): string | null {
    const counts = new Map<string, number>()
    for (const file of this.#files.values()) for (const [day, count] of file) counts.set(day, (counts.get(day) ?? 0) + count)
    return [...counts].reduce<readonly [string, number] | null>((most, one) => most === null || one[1] > most[1] ? one : most, null)?.[0] ??
      null
  }

  async * recordsOf (day: string): AsyncGenerator<unknown, void, undefined> {
    const files = [...this.#files].filter(([, counts]) => counts.has(day)).map(([file]) => file).sort()
    for (const file of files) for await (const line of linesOf(join(this.#options.folder, file, day))) yield JSON.parse(line)
  }

  async remove (): Promise<void> { await rm(this.#options.folder, { recursive: true, force: true }) }
}

/** Not node:readline, for which some characters inside of JSON texts end a line. */
async function * linesOf (file: string): AsyncGenerator<string, void, undefined> {
  let pieces: Buffer[] = []
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) { // without an encoding
    let from = 0
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, from)) {
      yield Buffer.concat([...pieces, chunk.subarray(from, at)]).toString()
      pieces = []
      from = at + 1
    }
    if (from < chunk.length) pieces.push(chunk.subarray(from))
  }
}
