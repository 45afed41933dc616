import { test } from '../support/tap.ts'
import { operations } from '#plugin/operations/operations.js'
import { paginate, type PageProgress, type Pager, type ReportName, type ReportRecord } from '#plugin/client/paginate.js'
import { collect, fake, rows, settle } from './paginate-source.ts'

const ITEMS = 'GET /data/bookingitems'
const THREE_DAYS = { startDate: '2026-03-28', endDate: '2026-03-31' }
const days = (): Record<string, ReturnType<typeof rows>> => ({ '2026-03-28': rows(5, 'a'), '2026-03-29': [], '2026-03-30': rows(4, 'c') })
const ALL = ['a0', 'a1', 'a2', 'a3', 'a4', 'c0', 'c1', 'c2', 'c3']

test('returns days and pages in order, in every envelope', async (t) => {
  for (const [envelope, last] of [['page', []], ['items', ['2026-03-30/3']], ['array', ['2026-03-30/3']]] as const) {
    const { source, steps, requested } = fake(days(), { envelope })
    t.same(await collect(paginate(source, ITEMS, { ...THREE_DAYS, pageSize: 2 })), ALL, envelope)
    t.same(steps, [
      '2026-03-28/1', '2026-03-28/2', '2026-03-28/3', '2026-03-29/1', '2026-03-30/1', '2026-03-30/2', ...last
    ], `${envelope}: a full last page is known to be the last only where ROLLER counts`)
    t.same(requested[0], { startDate: '2026-03-28', endDate: '2026-03-29', pageNumber: 1, pageSize: 2 })
  }
})

test('requests each of 400 days once, across month ends, a leap day and clock changes', async (t) => {
  const { source, requested } = fake({})
  t.same(await collect(paginate(source, ITEMS, { startDate: '2023-12-15', endDate: '2025-01-18' })), [])
  t.equal(requested.length, 400)
  t.ok(requested.every(({ startDate }, index) => index === 0 || startDate === requested[index - 1]?.['endDate']), 'no gap, no overlap')
  t.ok(requested.some(({ startDate, endDate }) => startDate === '2024-02-29' && endDate === '2024-03-01'))
  t.equal(requested.at(-1)?.['startDate'], '2025-01-17')
})

test('prefetches one page at most, and none before the first read', async (t) => {
  const log = fake({ '2026-03-28': rows(6), '2026-03-29': rows(2, 'b') })
  const pager = paginate(log.source, ITEMS, { startDate: '2026-03-28', endDate: '2026-03-30', pageSize: 2 })
  await settle()
  t.equal(log.steps.length, 0)
  for (let taken = 1; taken <= 8; taken++) {
    await pager.next()
    await settle()
    // Two records a page: the page of this record, and the next one if there is one.
    t.equal(log.steps.length, Math.min(Math.ceil(taken / 2) + 1, 4), `after ${taken}`)
  }
  t.same(await pager.next(), { done: true, value: undefined })
  t.equal(log.busiest, 1)
})

test('cancels the prefetched page on break', async (t) => {
  const log = fake({ '2026-03-28': rows(100) })
  const pager = paginate(log.source, ITEMS, { startDate: '2026-03-28', pageSize: 2 })
  for await (const { bookingReference } of pager) if (bookingReference === '2') break
  await settle()
  t.same(log.steps, ['2026-03-28/1', '2026-03-28/2', '2026-03-28/3'])
  t.ok(log.signals.at(-1)?.aborted)
  t.same(await pager.next(), { done: true, value: undefined })
  t.same((await collect(paginate(log.source, ITEMS, { cursor: pager.cursor }))).length, 97, 'the cursor still holds')
})

test('handles return() during a request', async (t) => {
  const log = fake({ '2026-03-28': rows(3) })
  const pager = paginate(log.source, ITEMS, { startDate: '2026-03-28' })
  const pending = pager.next()
  t.same(await pager.return(), { done: true, value: undefined })
  t.same(await pending, { done: true, value: undefined }, 'no error: this was requested')
  const unused = paginate(log.source, ITEMS, { startDate: '2026-03-28' })
  t.same(await unused.return(), { done: true, value: undefined })
  t.equal(log.steps.length, 1)
})

test('reports progress after a page was consumed', async (t) => {
  const { source } = fake(days())
  const seen: PageProgress[] = []
  let taken = 0
  const pager = paginate(source, ITEMS, {
    ...THREE_DAYS,
    pageSize: 3,
    async onPage (progress) {
      await settle() // waited for
      t.equal(taken, seen.reduce((sum, { records }) => sum + records, progress.records))
      t.equal(progress.cursor, pager.cursor)
      seen.push(progress)
    }
  })
  for await (const record of pager) taken += Number(record.bookingReference !== undefined)
  t.same(seen.map(({ cursor, ...progress }) => progress), [
    { name: ITEMS, date: '2026-03-28', page: 1, records: 3, pagesTotal: 2, daysDone: 0, daysTotal: 3 },
    { name: ITEMS, date: '2026-03-28', page: 2, records: 2, pagesTotal: 2, daysDone: 1, daysTotal: 3 },
    { name: ITEMS, date: '2026-03-29', page: 1, records: 0, pagesTotal: 0, daysDone: 2, daysTotal: 3 },
    { name: ITEMS, date: '2026-03-30', page: 1, records: 3, pagesTotal: 2, daysDone: 2, daysTotal: 3 },
    { name: ITEMS, date: '2026-03-30', page: 2, records: 1, pagesTotal: 2, daysDone: 3, daysTotal: 3 }
  ])
  t.same(await collect(paginate(source, ITEMS, { cursor: seen[1]?.cursor ?? '' })), ['c0', 'c1', 'c2', 'c3'])
})

test('requests each kind of report with its own parameters', async (t) => {
  const send = async (name: ReportName, options: Parameters<typeof paginate>[2]): Promise<unknown> => {
    const { source, requested } = fake({})
    await collect(paginate(source, name, options))
    return requested
  }
  const tills = 'GET /data/tillreconciliations'
  t.same(await send('GET /data/products', {}), [{ pageNumber: 1, pageSize: 100 }], 'no dates')
  t.same(await send('GET /data/discounts', {}), [{ pageNumber: 1, pageSize: 20_000 }])
  t.same(await send('GET /reporting/revenue-entries', { startDate: '2026-07-01' }),
    [{ startDate: '2026-07-01', endDate: '2026-07-02', pageNumber: 1 }], 'no page size')
  t.same(await send(tills, { endDate: '2026-07-30' }), [{ endDate: '2026-07-30', pageNumber: 1, pageSize: 100 }], 'endDate is the day')
  t.same(await send(tills, { startDate: '2026-07-30' }), [{ endDate: '2026-07-30', pageNumber: 1, pageSize: 100 }])
  t.same(await send(tills, { startDate: '2026-07-30', endDate: '2026-08-01', pageSize: 7 }),
    ['2026-07-30', '2026-07-31'].map((endDate) => ({ endDate, pageNumber: 1, pageSize: 7 })), 'the last day is left out, as everywhere')
})

test('sends other parameters with every page', async (t) => {
  const { source, requested } = fake({ '': rows(3) })
  await collect(paginate(source, 'GET /data/products', { pageSize: 2, query: { productType: 'pass', productSubType: undefined } }))
  t.same(requested.map(({ productType, pageNumber }) => [productType, pageNumber]), [['pass', 1], ['pass', 2]])
})

test('supports exactly the paged reports of the catalog', async (t) => {
  let walked = 0
  for (const [name, operation] of Object.entries(operations)) {
    if (!('query' in operation && 'pageNumber' in operation.query.properties)) continue
    walked++
    const options = 'endDate' in operation.query.properties ? { startDate: '2026-07-01' } : {}
    const { source, requested } = fake({ '2026-07-01': rows(1), '': rows(1) })
    t.equal((await collect(paginate(source, name as ReportName, options))).length, 1, name)
    t.ok(Object.keys(requested[0] ?? {}).every((parameter) => parameter in operation.query.properties), `${name} knows every parameter`)
  }
  t.equal(walked, 19)
})

test('derives types from the catalog', async (t) => {
  const { source } = fake({})
  const pager: Pager<ReportRecord<'GET /data/staffs'>> = paginate(source, 'GET /data/staffs')
  const email: string | undefined = (await pager.next()).value?.email
  t.equal(email, undefined)
  paginate(source, 'GET /reporting/revenue-entries', { startDate: '2026-07-01', query: { bookingReferences: '1' } })
  // @ts-expect-error no such parameter
  paginate(source, 'GET /data/products', { query: { productKind: 'pass' } })
  // @ts-expect-error a tree and no list of records
  t.throws(() => paginate(source, 'GET /data/reportingcategories', {}), { code: 'ROLLER_ERR_VALIDATION' })
})

test('requests a report without pages once a day, and rejects one that has more', async (t) => {
  const days = ['2026-07-01', '2026-07-02']
  const { source, requested } = fake({}, { respond: ({ date }) => ({ items: [{ bookingReference: date }] }) })
  const range = { startDate: '2026-07-01', endDate: '2026-07-03' }
  t.same(await collect(paginate(source, 'GET /data/membershipcredits', range)), days)
  t.same(requested, days.map((date) => ({ date })))
  const paged = fake({}, { respond: () => ({ currentPage: 1, totalPages: 2, items: [{}] }) })
  await t.rejects(collect(paginate(paged.source, 'GET /data/membershipcredits', range)), { code: 'ROLLER_ERR_INVALID_RESPONSE' })
})
