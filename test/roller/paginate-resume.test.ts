import { test } from '../support/tap.ts'
import { cursorOf, paginate, type PaginateOptions } from '#plugin/client/paginate.js'
import { addDays } from '#plugin/time/venue-time.js'
import { collect, fake, rows, settle, type Envelope } from './paginate-source.ts'

const ITEMS = 'GET /data/bookingitems'
const RANGE = { startDate: '2026-01-30', endDate: '2026-02-03' } as const
const SHAPES = [[0, 0, 0, 0], [1, 0, 0, 1], [3, 3, 3, 3], [6, 0, 4, 0], [0, 7, 1, 2], [9, 9, 0, 5]]

const validation = (pointer: string, detail: RegExp) => ({
  code: 'ROLLER_ERR_VALIDATION', statusCode: 400, errors: [{ pointer, detail }]
})
const forge = (cursor: string, change: Record<string, unknown>): string =>
  Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(cursor, 'base64url').toString()), ...change })).toString('base64url')

test('returns exactly the remaining records from any cursor', async (t) => {
  for (const shape of SHAPES) {
    const days = Object.fromEntries(shape.map((count, day) => [addDays(RANGE.startDate, day), rows(count, `${day}-`)]))
    for (const envelope of ['page', 'items', 'array'] satisfies Envelope[]) {
      const { source } = fake(days, { envelope })
      const options = { ...RANGE, pageSize: 3 }
      const all = await collect(paginate(source, ITEMS, options))
      t.equal(all.length, shape.reduce((sum, count) => sum + count), `${shape} ${envelope}`)
      const pager = paginate(source, ITEMS, options)
      for (let taken = 0; taken <= all.length; taken++) {
        t.same(
          await collect(paginate(source, ITEMS, { ...options, cursor: pager.cursor })), all.slice(taken),
          `${shape} ${envelope} after ${taken}`
        )
        if (taken === 0) t.same(await collect(paginate(source, ITEMS, { cursor: pager.cursor })), all, 'the cursor alone is enough')
        await pager.next()
      }
      const log = fake(days, { envelope })
      t.equal((await pager.next()).done, true)
      t.same(await collect(paginate(log.source, ITEMS, { cursor: pager.cursor })), [])
      t.equal(log.steps.length, 0, 'a finished walk costs no call')
    }
  }
})

test('requests the page of a cursor, and no earlier ones', async (t) => {
  const { source, steps } = fake({ '2026-01-30': rows(9), '2026-01-31': rows(9, 'b') })
  const pager = paginate(source, ITEMS, { ...RANGE, pageSize: 3 })
  for (let taken = 0; taken < 14; taken++) await pager.next()
  await pager.return()
  steps.length = 0
  t.same((await collect(paginate(source, ITEMS, { cursor: pager.cursor }))), ['b5', 'b6', 'b7', 'b8'])
  t.same(steps, ['2026-01-31/2', '2026-01-31/3', '2026-02-01/1', '2026-02-02/1'])
})

test('resumes a report without dates', async (t) => {
  const { source } = fake({ '': rows(7) })
  const pager = paginate(source, 'GET /data/products', { pageSize: 3, query: { productType: 'pass' } })
  for (let taken = 0; taken < 4; taken++) await pager.next()
  t.same(await collect(paginate(source, 'GET /data/products', { cursor: pager.cursor, query: { productType: 'pass' } })), ['4', '5', '6'])
})

test('resumes with the same query in another order, and in a page that has become shorter', async (t) => {
  const first = paginate(
    fake({ '': rows(3) }).source, 'GET /data/products', { pageSize: 3, query: { productType: 'pass', productSubType: 'membership' } }
  )
  for (let taken = 0; taken < 2; taken++) await first.next()
  const counts: number[] = []
  const rest = paginate(fake({ '': rows(1) }).source, 'GET /data/products', {
    cursor: first.cursor,
    query: { productSubType: 'membership', productType: 'pass' },
    onPage: ({ records }) => { counts.push(records) }
  })
  t.same(await collect(rest), [])
  t.same(counts, [0])
})

test('rejects a cursor of another report', async (t) => {
  const { source, steps } = fake({})
  const { cursor } = paginate(source, ITEMS, { ...RANGE, pageSize: 3, scope: 'venue-1' })
  const resume = (options: PaginateOptions<typeof ITEMS>): unknown => paginate(source, ITEMS, { cursor, scope: 'venue-1', ...options })
  t.ok(resume({ ...RANGE, pageSize: 3 }))
  t.throws(() => paginate(source, 'GET /data/tickets', { cursor }), validation('/cursor', /another report, GET \/data\/bookingitems/))
  const { cursor: list } = paginate(source, 'GET /data/products')
  t.throws(() => paginate(source, ITEMS, { cursor: list }), validation('/cursor', /another report, GET \/data\/products/))
  t.throws(() => resume({ startDate: '2026-01-29', endDate: '2026-02-03' }), validation('/cursor', /range of days/))
  t.throws(() => resume({ ...RANGE, endDate: '2026-02-04' }), validation('/cursor', /range of days/))
  t.throws(() => resume({ pageSize: 4 }), validation('/cursor', /page size/))
  t.throws(() => resume({ scope: 'venue-2' }), validation('/cursor', /query or scope/))
  t.throws(() => resume({ scope: undefined }), validation('/cursor', /query or scope/))
  t.throws(() => resume({ query: { extra: 1 } as object }), validation('/cursor', /query or scope/))
  t.throws(() => resume({ cursor: forge(cursor, { v: 2 }) }), validation('/cursor', /another version/))
  t.throws(() => resume({ cursor: forge(cursor, { d: 5 }) }), validation('/cursor', /outside the range/))
  t.throws(() => resume({ cursor: forge(cursor, { d: 4, p: 2 }) }), validation('/cursor', /outside the range/))
  for (const change of [{ d: -1 }, { p: 0 }, { i: 0.5 }, { s: null }, { e: 'soon' }, { z: 0 }, { k: 1 }, { more: 1 }, { o: undefined }]) {
    t.throws(() => resume({ cursor: forge(cursor, change) }), validation('/cursor', /is not a cursor/), JSON.stringify(change))
  }
  for (const text of ['', 'x', 'bnVsbA', `${cursor}=`, ` ${cursor}`, 'A'.repeat(2000), '{}']) {
    t.throws(() => resume({ cursor: text }), validation('/cursor', /is not a cursor/), text.slice(0, 20))
  }
  t.equal(steps.length, 0)
})

test('throws an error unchanged after the preceding records, with a cursor', async (t) => {
  class Lost extends Error { readonly code = 'LOST' }
  let broken = true
  const days = { '2026-01-30': rows(5), '2026-01-31': rows(1, 'b') }
  const { source } = fake(days, {
    respond (query) { if (broken && query['pageNumber'] === 2) throw new Lost('gone') }
  })
  const pager = paginate(source, ITEMS, { startDate: '2026-01-30', endDate: '2026-02-01', pageSize: 2 })
  const before: string[] = []
  let thrown: unknown
  try {
    for await (const record of pager) {
      before.push(record.bookingReference ?? '')
      await settle() // the prefetched page has failed by now
    }
  } catch (error) { thrown = error }
  t.same(before, ['0', '1'])
  t.ok(thrown instanceof Lost)
  t.equal(cursorOf(thrown), pager.cursor)
  t.notOk(Object.keys(thrown as object).includes('cursor'), 'not where serializers look')
  t.same(await pager.next(), { done: true, value: undefined })
  broken = false
  t.same(await collect(paginate(source, ITEMS, { cursor: pager.cursor })), ['2', '3', '4', 'b0'])
})

test('throws errors that cannot hold a cursor unchanged', async (t) => {
  for (const error of [Object.freeze(new Error('frozen')), 'a string', null]) {
    const { source } = fake({}, { respond () { throw error } })
    const pager = paginate(source, ITEMS, RANGE)
    const thrown: unknown = await pager.next().catch((reason: unknown) => ({ reason }))
    t.same(thrown, { reason: error })
    t.equal(cursorOf(error), undefined)
    t.ok(paginate(source, ITEMS, { cursor: pager.cursor }))
  }
})

test('stops after the page when onPage throws', async (t) => {
  const log = fake({ '2026-01-30': rows(4) })
  const pager = paginate(log.source, ITEMS, { startDate: '2026-01-30', pageSize: 2, onPage () { throw new Error('disk full') } })
  await t.rejects(collect(pager), { message: 'disk full' })
  t.same(await collect(paginate(log.source, ITEMS, { cursor: pager.cursor })), ['2', '3'])
})

test('respects the caller\'s signal', async (t) => {
  const log = fake({ '2026-01-30': rows(6) })
  const controller = new AbortController()
  const reason = new Error('closing time')
  const pager = paginate(log.source, ITEMS, { startDate: '2026-01-30', pageSize: 2, signal: controller.signal })
  await pager.next()
  controller.abort(reason)
  t.ok(log.signals.at(-1)?.aborted, 'reaches the page ahead')
  t.equal(await pager.next().catch((error: unknown) => error), reason)
  t.same(await collect(paginate(log.source, ITEMS, { cursor: cursorOf(reason) ?? '' })), ['1', '2', '3', '4', '5'])

  const requested = log.steps.length
  const late = paginate(log.source, ITEMS, { startDate: '2026-01-30', signal: AbortSignal.abort(reason) })
  t.equal(await late.next().catch((error: unknown) => error), reason)
  t.equal(log.steps.length, requested, 'nothing is sent')
})
