/** The records of a bulk export by day: more than are held in memory, from files in any order, and each once. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { DaySpool } from '#service/export/day-spool.js'
import { test } from '../../support/tap.ts'

type Fields = Readonly<Record<string, unknown>>

/** More than half of what is held in memory. */
const LONG = 'é\u2028'.repeat(300_000)

function open (t: Test): { spool: DaySpool, folder: string, all: (day: string) => Promise<unknown[]> } {
  const folder = join(t.testdir(), 'spool')
  const range = { from: '2026-11-01', to: '2026-11-04', timeZone: 'Etc/UTC' }
  const spool = new DaySpool({ exportType: 'BookingItems', dayColumn: 'at', folder, ...range })
  return {
    spool,
    folder,
    async all (day) {
      const found: unknown[] = []
      for await (const record of spool.recordsOf(day)) found.push(record)
      return found
    }
  }
}

async function * file (records: readonly unknown[], isCut = false): AsyncGenerator<Buffer> {
  for (const [index, record] of records.entries()) yield Buffer.from(`${index === 0 ? '[' : ','}${JSON.stringify(record)}`)
  if (isCut) throw new Error('cut')
  yield Buffer.from(']')
}

const record = (id: number, day: number, more: Fields = {}): Fields => ({ id, at: `2026-11-0${day}T10:00:00Z`, ...more })

test('keeps records of any size, in the order of the files', async (t) => {
  const { spool, folder, all } = open(t)
  await spool.add('000002-000001', file([record(7, 2), record(8, 2)]))
  const first = [record(1, 1, { text: LONG }), record(2, 2), record(3, 1, { text: LONG }), record(4, 2, { text: LONG }), record(5, 1)]
  await spool.add('000001-000001', file(first))
  t.same(await all('2026-11-01'), first.filter(({ at }) => String(at).startsWith('2026-11-01')))
  t.same((await all('2026-11-02')).map((one) => (one as Fields)['id']), [2, 4, 7, 8]) // an object
  t.same(await all('2026-11-03'), [])
  t.equal(spool.records, 7)
  t.equal(spool.busiestDay, '2026-11-02', 'of all files together')
  await spool.remove()
  t.notOk(existsSync(folder))
})

test('keeps nothing of a file that breaks off', async (t) => {
  const { spool, all } = open(t)
  t.equal(spool.busiestDay, null)
  const records = [record(1, 1, { text: LONG }), record(2, 1, { text: LONG }), record(3, 1)]
  await t.rejects(spool.add('000001-000001', file(records, true)), { message: 'cut' })
  t.equal(spool.has('000001-000001'), false)
  await spool.add('000001-000001', file(records))
  t.same(await all('2026-11-01'), records)
})

test('rejects what is no record', async (t) => {
  const { spool } = open(t)
  for (const value of [null, 1, 'text', [record(1, 1)]]) {
    await t.rejects(spool.add('000001-000001', file([value])), { name: 'BulkRejected', message: 'A record is not an object.' })
  }
  await t.rejects(spool.add('000001-000001', file([record(1, 4)])), { name: 'BulkRejected', message: /is not a time from/ })
})
