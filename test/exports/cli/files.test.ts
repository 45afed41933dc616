/** What an export writes, and what the next run fetches again. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { reports } from 'fastify-roller/internal'
import { venueDays } from 'fastify-roller/time'
import { writeDay } from '#service/export/day-file.js'
import { test } from '../../support/tap.ts'
import { callsAtRoller } from '../../support/build.ts'
import { DAYS, filesOf, FROM, NOW, open, recordsOf } from './fixture.ts'

for (const transport of ['nango', 'direct'] as const) {
  test(`writes a file for each report, venue and day (${transport})`, async (t) => {
    const exports = await open(t, { options: { transport } })
    const { missing, steps } = await exports.export(['--reports', 'bookingitems,products', ...DAYS])
    t.same(missing, [])
    const names = Object.keys(filesOf(exports.folder))
    t.equal(names.length, 3 * (10 + 1))
    for (const venue of exports.venues) {
      t.ok(names.includes(join('bookingitems', `venue=${venue}`, `day=${FROM}.ndjson`)))
      t.ok(names.includes(join('products', `venue=${venue}`, 'all.ndjson')))
    }
    const [venue = ''] = exports.venues
    const connectionId = 'demo-venue'
    for (const day of ['2026-11-12', '2026-11-19']) {
      const records: object[] = []
      const walk = exports.app.roller.paginate('GET /data/bookingitems', { connectionId, startDate: day })
      for await (const record of walk) records.push(record)
      t.same(recordsOf(exports.folder, join('bookingitems', `venue=${venue}`, `day=${day}.ndjson`)), records)
    }
    t.equal(steps.filter(({ step }) => step === 'file').length, 33)
    t.notOk(existsSync(join(exports.folder, '.roller-export', 'lock')), 'the folder is free again')
  })
}

test('the next run fetches what is missing and the last days', async (t) => {
  const exports = await open(t)
  const requested = async (args: readonly string[]): Promise<string[]> => {
    const before = exports.roller.requests.length
    t.same((await exports.export(['--reports', 'bookingitems', '--venues', exports.venues[0] ?? '', ...args])).missing, [])
    return callsAtRoller({ ...exports, roller: { ...exports.roller, requests: exports.roller.requests.slice(before) } })
      .map(({ url }) => new URL(url, 'http://roller').searchParams.get('startDate') ?? '').sort()
  }
  t.equal((await requested([...DAYS])).length, 10)
  t.same(await requested([...DAYS]), [], 'all of it is there')
  t.same(await requested(['--from', FROM, '--to', '2026-11-22']), ['2026-11-20', '2026-11-21'])
  rmSync(join(exports.folder, 'bookingitems', `venue=${exports.venues[0]}`, 'day=2026-11-13.ndjson'))
  t.same(await requested([...DAYS]), ['2026-11-13'], 'a file that was removed is fetched again')
  const today = new Date(Date.now() + 10 * 3_600_000).toISOString().slice(0, 10) // in Brisbane
  const day = (offset: number): string => new Date(Date.parse(today) + offset * 86_400_000).toISOString().slice(0, 10)
  t.same(await requested(['--from', day(-3)]), [day(-3), day(-2), day(-1)], 'to today, which is left out')
  t.same(await requested(['--from', day(-3)]), [day(-1)], 'the last day may change still')
  t.same(await requested(['--from', day(-3), '--overlap', '0']), [])
  t.same(await requested(['--from', day(-3), '--overlap', '2']), [day(-2), day(-1)])
  t.same(await requested(['--from', day(-1), '--to', day(3)]), [day(-1), day(0)], 'days to come have no files')
})

test('a day that was fetched while the clock was ahead is fetched again', async (t) => {
  const exports = await open(t)
  const [venue = ''] = exports.venues
  const args = ['--reports', 'bookingitems', '--venues', venue, ...DAYS]
  await exports.export(args)
  const file = join(exports.folder, '.roller-export', `venue=${venue}.json`)
  const state = JSON.parse(readFileSync(file, 'utf8')) as { reports: Record<string, Record<string, Record<string, { at: string }>>> }
  const day = state.reports['bookingitems']?.['ndjson']?.['2026-11-12'] ?? { at: '' }
  t.ok(Date.parse(day.at) <= Date.now())
  day.at = new Date(Date.now() + 86_400_000).toISOString()
  writeFileSync(file, JSON.stringify(state))
  const files = async (): Promise<unknown[]> => (await exports.export(args)).steps.flatMap(({ step, day }) => step === 'file' ? day : [])
  t.same(await files(), ['2026-11-12'])
  t.same(await files(), [], 'and then has the right time')
})

test('a day that is fetched again replaces its file', async (t) => {
  const exports = await open(t)
  const [venue = ''] = exports.venues
  const args = ['--reports', 'bookingitems', '--venues', venue, '--overlap', '366', ...DAYS]
  await exports.export(args)
  const path = join('bookingitems', `venue=${venue}`, 'day=2026-11-12.ndjson')
  const before = recordsOf(exports.folder, path)
  const items = [{ ...before[0], bookingStatus: 'Cancelled', newField: { a: 1 } }]
  const body = { currentPage: 1, totalPages: 1, totalItems: 1, itemsPerpage: 500, items }
  exports.roller.faults.always({ kind: 'status', status: 200, path: /startDate=2026-11-12/, body })
  await exports.export(args)
  t.same(recordsOf(exports.folder, path), items)
})

test('writes CSV and compresses', async (t) => {
  const exports = await open(t)
  const [venue = ''] = exports.venues
  const args = ['--reports', 'bookingitems', '--venues', venue, ...DAYS]
  await exports.export(args)
  await exports.export([...args, '--gzip'])
  await exports.export([...args, '--format', 'csv', '--gzip'])
  const file = (extension: string): Buffer =>
    readFileSync(join(exports.folder, 'bookingitems', `venue=${venue}`, `day=2026-11-12.${extension}`))
  t.equal(gunzipSync(file('ndjson.gz')).toString(), file('ndjson').toString())
  const [head, ...lines] = gunzipSync(file('csv.gz')).toString().trimEnd().split('\n')
  t.match(head, /^bookingReference,.*,_other$/)
  t.equal(lines.length, file('ndjson').toString().trimEnd().split('\n').length)
})

test('a day that is too large for one write has every record once, compressed or not', async (t) => {
  const report = reports.get('bookingitems')
  if (report === undefined) throw new Error('there is such a report')
  const records = Array.from({ length: 7 }, (_, index) => ({ bookingItemId: String(index), bookingNotes: 'é'.repeat(100_000) }))
  const folder = t.testdir()
  for (const gzip of [false, true]) {
    const file = gzip ? 'day.ndjson.gz' : 'day.ndjson'
    const { signal } = new AbortController()
    const source = (async function * () { yield * records })()
    t.equal(await writeDay(join(folder, file), report, source, { format: 'ndjson', gzip }, signal), 7)
    t.same(recordsOf(folder, file), records)
  }
})

/** London, and Chicago: its clocks change on other days. */
const CLOCKS = [
  { hours: 25, from: '2026-10-24', to: '2026-11-03', now: NOW },
  { hours: 23, from: '2026-03-28', to: '2026-03-31', now: Date.UTC(2026, 3, 10) }
]

for (const transport of ['nango', 'direct'] as const) {
  for (const { hours, from, to, now } of CLOCKS) {
    test(`a venue whose clocks change has all records of a day of ${hours} hours once (${transport})`, async (t) => {
      const names = ['b', 'c']
      const exports = await open(t, { names, options: { transport }, roller: { now: () => now } })
      for (const format of ['ndjson', 'csv']) {
        const args = ['--reports', 'bookingpayments', '--from', from, '--to', to, '--format', format]
        t.same((await exports.export(args)).missing, [])
      }
      const zones: string[] = []
      for (const name of names) {
        const { id, profile: { zone }, bookings } = exports.roller.venue(name)
        zones.push(zone)
        const days = venueDays(from, to)
        const path = (day: string, extension: string): string => join('bookingpayments', `venue=${id}`, `day=${day}.${extension}`)
        const found = days.flatMap((day) => recordsOf(exports.folder, path(day, 'ndjson')))
        const [start, end] = [from, to].map((day) => Date.parse(startOf(day, zone))) as [number, number]
        const ids = (payments: readonly { bookingPaymentId?: unknown }[]): string[] =>
          payments.map((one) => String(one.bookingPaymentId)).sort()
        const all = [...bookings.values()].filter(({ state }) => state === 'Active' || state === 'Cancelled')
          .flatMap(({ payments }) => payments).filter(({ createdAt }) => createdAt >= start && createdAt < end)
        t.ok(all.length > 0)
        t.same(ids(found), ids(all), `${zone}: ${all.length} payments, each once`)
        const lines = days.map((day) => readFileSync(join(exports.folder, path(day, 'csv')), 'utf8').trimEnd().split('\n').length - 1)
        t.equal(lines.reduce((sum, count) => sum + count), found.length, 'as many in CSV')
      }
      t.same(zones, ['America/Chicago', 'Europe/London'])
    })
  }
}

function startOf (day: string, zone: string): string {
  for (let hour = -14; hour <= 14; hour++) {
    const at = new Date(Date.parse(`${day}T00:00:00Z`) + hour * 3_600_000)
    const text = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(at)
    if (text === `${day} 00:00`) return at.toISOString()
  }
  throw new Error('no midnight')
}
