/** Files that are not what the daily reports are: they are rejected, and nothing is missing. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Test } from 'tap'
import type { BulkExportFile } from 'fastify-roller'
import { isRollerError, RollerError } from 'fastify-roller'
import { readExportOptions } from '#service/export/options.js'
import { jsonProgress } from '#service/export/progress.js'
import { runExport, type Gateway } from '#service/export/run.js'
import { test } from '../../support/tap.ts'
import { REPLACED, statesOf } from './bulk-fixture.ts'
import { filesOf, open, recordsOf, type ExportResult, type Exports, type Step } from './fixture.ts'

type Fields = Record<string, unknown>
interface Part { readonly month: number, readonly of: number, readonly records: Fields[] }

const [FROM, TO] = ['2026-10-24', '2026-11-26']
const ARGS = ['--reports', 'bookingitems', '--from', FROM, '--to', TO]

interface Case extends Exports {
  /** The files of daily reports. */
  readonly daily: Record<string, string>
  /** The months of a bulk export with the same records. */
  readonly months: () => [Part, Part]
  /** Exports with a bulk export of these files. */
  readonly exportWith: (files: () => AsyncGenerator<BulkExportFile>, out?: string) => Promise<ExportResult>
}

async function openCase (t: Test): Promise<Case> {
  const rateLimits = { reporting: { limit: 100_000 } }
  const exports = await open(t, { names: [], options: { transport: 'direct', rateLimits } })
  const folder = mkdtempSync(join(tmpdir(), 'daily-'))
  t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })
  t.same((await exports.export(ARGS, { out: folder })).missing, [])
  const daily = filesOf(folder)
  const records = Object.keys(daily).sort().flatMap((path) => recordsOf(folder, path).map((record) => ({ path, record })))
  const of = (month: string): Fields[] => records.filter(({ path }) => path.includes(`day=${month}`)).map(({ record }) => ({ ...record }))
  t.ok(of('2026-10').length > 5 && of('2026-11').length > 50)
  return {
    ...exports,
    daily,
    months: () => [{ month: 1, of: 2, records: of('2026-10') }, { month: 2, of: 2, records: of('2026-11') }],
    async exportWith (files, out = exports.folder) {
      const lines: string[] = []
      const { roller } = exports.app
      const missing = await runExport({
        roller: {
          connections: roller.connections,
          paginate: ((_report: string, { startDate }: { readonly startDate: string }) => (async function * () {
            yield * recordsOf(folder, join('bookingitems', `venue=${exports.venues[0]}`, `day=${startDate}.ndjson`))
          })()) as unknown as Gateway['paginate'], // the same records, without calls
          request: roller.request.bind(roller),
          estimateBulkExport: roller.estimateBulkExport.bind(roller),
          async * bulkExport ({ onOrder, onNotOrdered, resume }) {
            const found = files()
            if (resume === true) return yield * found
            // What fails before the first file is the order.
            const first = await found.next().catch(async (error: unknown) => {
              if (isRollerError(error) && error.code === 'ROLLER_ERR_REDIS_UNAVAILABLE') await onNotOrdered?.()
              throw error
            })
            await onOrder?.()
            if (first.done === true) return
            yield first.value
            yield * found
          }
        },
        options: readExportOptions([...ARGS, '--backfill', 'bulk', '--out', out]),
        progress: () => jsonProgress({ write: (text: string) => lines.push(text) }),
        signal: new AbortController().signal,
        time: { now: () => Date.now(), sleep: async () => {} }
      })
      return { missing, steps: lines.map((line) => JSON.parse(line) as Step) }
    }
  }
}

function fileOf ({ month, of }: Omit<Part, 'records'>, text: string, fileNumber = 1): BulkExportFile {
  const stream = Readable.from([Buffer.from(text)])
  return {
    exportType: 'BookingItems', processId: 'p', sequenceNumber: month, sequenceTotal: of, fileNumber, name: `${month}-${fileNumber}`, stream
  }
}

async function * filesOfParts (parts: readonly Part[]): AsyncGenerator<BulkExportFile> {
  for (const part of parts) yield fileOf(part, JSON.stringify(part.records))
}

test('files in any order give the bytes of daily reports', async (t) => {
  const { exportWith, months, daily, folder } = await openCase(t)
  const [one, two] = months()
  const middle = two.records.length >> 1
  const result = await exportWith(async function * () {
    yield fileOf(two, JSON.stringify(two.records.slice(middle), undefined, 2), 2)
    yield fileOf(two, JSON.stringify(two.records.slice(0, middle)), 1)
    yield fileOf(one, `\uFEFF${JSON.stringify(one.records)}\n`)
  })
  t.same(result.missing, [])
  t.ok(statesOf(result).includes('received'))
  t.same(filesOf(folder), daily)
})

test('a file that breaks off is fetched again, and so is an order without a response, which ROLLER rejects if it has it', async (t) => {
  const { exportWith, months, daily, folder } = await openCase(t)
  let [tries, orders] = [0, 0]
  const result = await exportWith(async function * () {
    const error = (['ROLLER_ERR_UNREACHABLE', 'ROLLER_ERR_RATE_LIMITED'] as const)[orders++]
    if (error !== undefined) throw new RollerError(error)
    const [one, two] = months()
    yield fileOf(one, JSON.stringify(one.records))
    const text = JSON.stringify(two.records)
    const whole = fileOf(two, text)
    yield tries++ > 0
      ? whole
      : {
          ...whole,
          stream: Readable.from((async function * () {
            yield Buffer.from(text.slice(0, 5_000))
            throw new RollerError('ROLLER_ERR_UNREACHABLE')
          })())
        }
  })
  t.equal(statesOf(result)[0], 'ordered')
  t.same(statesOf(result).filter((state) => state === REPLACED), [])
  t.equal(tries, 2)
  t.same(filesOf(folder), daily)
})

const WRONG: readonly (readonly [what: string, change: (months: [Part, Part]) => AsyncGenerator<BulkExportFile>, reason: RegExp])[] = [
  ['another number of months', ([one, two]) => filesOfParts([{ ...one, of: 3 }, { ...two, of: 3 }]), /Part 1 of 3 does not fit 2 months/],
  ['a file that is cut', async function * ([one, two]) {
    yield fileOf(one, JSON.stringify(one.records))
    yield fileOf(two, JSON.stringify(two.records).slice(0, -100))
  }, /A file ends in the middle/],
  ['an order that cannot be sent, however often', async function * () {
    yield * []
    throw new RollerError('ROLLER_ERR_UNREACHABLE')
  }, /ROLLER_ERR_UNREACHABLE/],
  ['an order of another program, which came before one that could not be sent', (() => {
    const errors = ['ROLLER_ERR_REDIS_UNAVAILABLE', 'ROLLER_ERR_RATE_LIMITED'] as const
    let orders = 0
    return async function * () {
      const error = errors[orders++]
      if (error !== undefined) throw new RollerError(error)
      yield * []
    }
  })(), /ROLLER_ERR_RATE_LIMITED/],
  ['a file that is not JSON', async function * ([one]) { yield fileOf(one, 'a,b\n1,2\n') }, /A file is not a JSON array/],
  ['a record of another day', ([one, two]) => {
    Object.assign(two.records[3] ?? {}, { bookingModifiedDate: '2026-12-24T10:00:00Z' })
    return filesOfParts([one, two])
  }, /The bookingModifiedDate of a record is not a time from 2026-10-24 to 2026-11-26/],
  ['a record without a time', ([one, two]) => {
    delete two.records[3]?.['bookingModifiedDate']
    return filesOfParts([one, two])
  }, /The bookingModifiedDate of a record is not a time/],
  ['days that are filed by another date', ([one, two]) => {
    for (const record of [...one.records, ...two.records]) record['bookingModifiedDate'] = record['bookingCreatedDate']
    const isInside = ({ bookingCreatedDate: date }: Fields): boolean => String(date) > '2026-10-25' && String(date) < '2026-11-24'
    return filesOfParts([{ ...one, records: one.records.filter(isInside) }, { ...two, records: two.records.filter(isInside) }])
  }, /daily report of .* has a record|that the daily report does not have/],
  ['times in another form', ([one, two]) => {
    for (const record of two.records) record['bookingModifiedDate'] = String(record['bookingModifiedDate']).replace('Z', '+00:00')
    return filesOfParts([one, two])
  }, /daily report of .* has a record that the bulk export does not have/],
  ['a column under another name', ([one, two]) => {
    for (const record of two.records) {
      record['state'] = record['bookingStatus']
      delete record['bookingStatus']
    }
    return filesOfParts([one, two])
  }, /daily report of .* has a record that the bulk export does not have/],
  ['numbers as text', ([one, two]) => {
    for (const record of two.records) record['quantity'] = String(record['quantity'])
    return filesOfParts([one, two])
  }, /daily report of .* has a record that the bulk export does not have/],
  ['a shorter range', ([one, two]) => {
    const timeOf = (record: Fields | undefined): string => String(record?.['bookingModifiedDate'])
    const day = timeOf(two.records.at(-1)).slice(0, 10)
    return filesOfParts([one, { ...two, records: two.records.filter((record) => !timeOf(record).startsWith(day)) }])
  }, /daily report of 2026-11-25 has a record that the bulk export does not have/],
  ['records that daily reports leave out', ([one, two]) => {
    const more = two.records.map((record, index) => ({ ...record, bookingItemId: `deleted-${index}` }))
    return filesOfParts([one, { ...two, records: [...two.records, ...more] }])
  }, /The bulk export has \d+ of \d+ records of .* that the daily report does not have/]
]

test('daily reports take the place of', async (t) => {
  const exports = await openCase(t)
  const folders = mkdtempSync(join(tmpdir(), 'bulk-'))
  t.teardown(() => { rmSync(folders, { recursive: true, force: true }) })
  for (const [index, [what, change, reason]] of WRONG.entries()) {
    await t.test(what, async (t) => {
      const result = await exports.exportWith(() => change(exports.months()), join(folders, String(index)))
      t.same(result.missing, [])
      t.match(result.steps.find(({ state }) => state === REPLACED), { venue: exports.venues[0], report: 'bookingitems', reason })
      t.same(filesOf(join(folders, String(index))), exports.daily)
    })
  }
  await t.test('an order whose files were rejected before', async (t) => {
    const out = join(folders, '0')
    rmSync(join(out, 'bookingitems'), { recursive: true })
    const result = await exports.exportWith(async function * () {}, out)
    t.same(result.missing, [])
    t.same(statesOf(result), [], 'it is not ordered again')
    t.same(filesOf(out), exports.daily)
  })
})
