/** Writes the records of one day into a file that is not in its place yet. */
import { createWriteStream } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip, gzipSync } from 'node:zlib'
import { lineWriter, OTHER_COLUMN, rowOf, type Column, type Report } from 'fastify-roller/internal'
import type { ExportOptions } from './options.ts'

export type FileOptions = Pick<ExportOptions, 'format' | 'gzip'>

/** The end of the files' names. */
export function extensionOf ({ format, gzip }: FileOptions): string { return gzip ? `${format}.gz` : format }

/** @returns the number of records */
export async function writeDay (
  file: string, report: Report, records: AsyncIterable<unknown>, options: FileOptions, signal: AbortSignal
): Promise<number> {
  return options.format === 'parquet'
    ? await writeParquet(file, report, records)
    : await writeLines(file, report, records, options, signal)
}

/** Characters that are gathered for one write. Most days are no larger, and need no stream. */
const CHUNK = 256 * 1024

async function writeLines (
  file: string, report: Report, records: AsyncIterable<unknown>, { format, gzip }: FileOptions, signal: AbortSignal
): Promise<number> {
  const { head, line } = lineWriter(format === 'csv' ? 'csv' : 'ndjson', report)
  let count = 0
  async function * chunks (): AsyncGenerator<string> {
    let text = head
    for await (const record of records) {
      count++
      text += line(record)
      if (text.length < CHUNK) continue
      yield text
      text = ''
    }
    if (text !== '') yield text
  }
  const pieces = chunks()
  const first = await pieces.next()
  const second = await pieces.next()
  // It is on the disk before it gets its name.
  if (second.done === true) {
    const bytes = Buffer.from(first.value ?? '')
    await writeFile(file, gzip ? gzipSync(bytes) : bytes, { flush: true })
    return count
  }
  const sink = createWriteStream(file, { flush: true })
  const source = Readable.from(startingWith([first.value ?? '', second.value], pieces), { objectMode: false })
  if (gzip) await pipeline(source, createGzip(), sink, { signal })
  else await pipeline(source, sink, { signal })
  return count
}

async function * startingWith (first: readonly string[], rest: AsyncGenerator<string>): AsyncGenerator<string> {
  try {
    yield * first
    yield * rest
  } finally {
    await rest.return(undefined)
  }
}

/** Rows that are held in memory until they are written. */
const ROW_GROUP = 5_000

const PARQUET_TYPES = {
  text: 'STRING', date: 'STRING', timestamp: 'STRING', json: 'STRING', integer: 'INT64', number: 'DOUBLE', boolean: 'BOOLEAN'
} as const

/** Loaded only where it is used. */
async function writeParquet (file: string, { columns }: Report, records: AsyncIterable<unknown>): Promise<number> {
  const { fileWriter, ParquetWriter, schemaFromColumnData } = await import('hyparquet-writer')
  const all: readonly Column[] = [...columns, { name: OTHER_COLUMN, type: 'json' }]
  const columnData = (rows: readonly unknown[][]) => all.map(({ name, type }, index) => (
    { name, type: PARQUET_TYPES[type], nullable: true, data: rows.map((row) => cellOf(type, row[index])) }
  ))
  const writer = new ParquetWriter({ writer: fileWriter(file), schema: schemaFromColumnData({ columnData: columnData([]) }) })
  let count = 0
  let rows: unknown[][] = []
  const flush = async (): Promise<void> => {
    if (rows.length > 0) await writer.write({ columnData: columnData(rows), rowGroupSize: ROW_GROUP })
    rows = []
  }
  for await (const record of records) {
    count++
    rows.push(rowOf(columns, record, fits))
    if (rows.length >= ROW_GROUP) await flush()
  }
  await flush()
  await writer.finish()
  const handle = await open(file, 'r+')
  try { await handle.sync() } finally { await handle.close() }
  return count
}

function cellOf (type: Column['type'], value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (type === 'json') return JSON.stringify(value)
  return type === 'integer' ? BigInt(value as number) : value // checked by fits
}

function fits ({ type }: Column, value: unknown): boolean {
  switch (type) {
    case 'integer': return Number.isSafeInteger(value)
    case 'number': return typeof value === 'number'
    case 'boolean': return typeof value === 'boolean'
    case 'json': return true
    default: return typeof value === 'string'
  }
}
