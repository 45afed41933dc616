import { test } from '../support/tap.ts'
import { paginate, type PageQuery, type PaginateOptions, type ReportName } from '#plugin/client/paginate.js'
import { start } from '../sandbox/roller-fixture.ts'
import { collect, fake, rows } from './paginate-source.ts'

const ITEMS = 'GET /data/bookingitems'
const DAY = { startDate: '2026-07-01' } as const

interface Walked { got: string[], calls: number, error: unknown }

async function walk (respond: (query: PageQuery) => unknown, options: PaginateOptions<typeof ITEMS> = {}): Promise<Walked> {
  const log = fake({}, { respond })
  const got: string[] = []
  let error: unknown = null
  try {
    for await (const { bookingReference } of paginate(log.source, ITEMS, { ...DAY, pageSize: 2, ...options })) {
      got.push(bookingReference ?? '')
    }
  } catch (thrown) { error = thrown }
  return { got, calls: log.steps.length, error }
}
const pages = (...all: unknown[]) => (query: PageQuery): unknown => all[Number(query['pageNumber']) - 1]
const [one, two, three] = [rows(2, 'a'), rows(2, 'b'), rows(1, 'c')]

test('parses all known page envelopes', async (t) => {
  const five = ['a0', 'a1', 'b0', 'b1', 'c0']
  for (const [name, response] of Object.entries({
    arrays: pages(one, two, three),
    items: pages({ items: one }, { items: two }, { items: three }),
    data: pages({ data: one }, { data: two }, { data: three }),
    capitals: pages({ Items: one, TotalPages: 3 }, { Items: two, TotalPages: 3 }, { Items: three, TotalPages: 3 }),
    totalItems: pages({ items: one, totalItems: 5 }, { items: two, totalItems: 5 }, { items: three, totalItems: 5 }),
    'counts as text': pages({ items: one, totalPages: '1' }, { items: two, totalPages: '1' }, { items: three, totalPages: '1' }),
    'counts that are always 0': pages({ items: one, totalPages: 0 }, { items: two, totalPages: 0 }, { items: three, totalPages: 0 }),
    'a total below the records': pages({ items: one, totalItems: 1 }, { items: two, totalItems: 1 }, { items: three, totalItems: 1 }),
    'pages counted from 0': pages({ currentPage: 0, items: one }, { currentPage: 1, items: two }, { currentPage: 2, items: three })
  })) {
    const { got, calls, error } = await walk(response)
    t.equal(error, null, name)
    t.same(got, five, name)
    t.equal(calls, 3, name)
  }
})

test('detects the last page', async (t) => {
  t.match(await walk(pages({ items: one, totalPages: 1 })), { calls: 1, error: null }, 'full, and the only one')
  t.match(await walk(pages({ items: one, totalItems: 2 })), { calls: 1, error: null })
  t.match(await walk(pages(one, two, [])), { calls: 3, error: null }, 'a multiple of the page size, uncounted')
  t.match(await walk(pages([])), { calls: 1, error: null })
  t.match(await walk(pages({ totalPages: 0, totalItems: 0, items: [] })), { calls: 1, error: null })
  t.same((await walk(pages({ totalItems: 0, items: null }))).got, [], 'an empty list written as null')
  t.match(await walk(pages({ items: three, totalPages: 2 }, { items: one, totalPages: 2 })), { calls: 2, got: ['c0', 'a0', 'a1'] },
    'a short page is not the end when ROLLER counts on')
  t.match(await walk(pages({ items: [], totalPages: 2 }, { items: one, totalPages: 2 })), { calls: 2, got: ['a0', 'a1'] })
  const smaller = await walk(pages({ items: one, itemsPerpage: 2 }, { items: three, itemsPerpage: 2 }), { pageSize: 50 })
  t.match(smaller, { calls: 2, got: ['a0', 'a1', 'c0'] }, 'ROLLER\'s own page size counts, not the requested one')
  t.match(await walk(pages({ items: one, totalPages: 1 }, { items: two, totalPages: 2 })), { calls: 1 })
  t.match(await walk(pages({ items: one, totalPages: 2 }, { items: two, totalPages: 3 }, { items: three, totalPages: 3 })), { calls: 3 },
    'the count may grow during the day')
})

test('rejects a response without records', async (t) => {
  for (const response of [
    null, '', 'text', 5, {}, { bookingReference: '1', modifiers: [] }, { items: {} }, { items: null }, { totalItems: 3, items: null }
  ]) {
    const { calls, error } = await walk(() => response)
    t.match(
      error, { code: 'ROLLER_ERR_INVALID_RESPONSE', layer: 'roller', detail: /no list of records/, cursor: String }, JSON.stringify(response)
    )
    t.equal(calls, 1)
  }
})

test('stops at an upstream that never ends', async (t) => {
  t.match(await walk(() => one), { got: ['a0', 'a1'], calls: 2, error: { detail: /page 2 with the page before it/, cursor: String } })
  t.match(await walk(() => ({ items: one, currentPage: 1, totalPages: 9 })), { got: ['a0', 'a1'], calls: 2, error: { layer: 'roller' } })
  t.match(await walk(({ pageNumber }) => ({ items: one, currentPage: pageNumber })), { got: ['a0', 'a1'], error: { layer: 'roller' } })
  const growing = await walk(({ pageNumber }) => rows(2, `${pageNumber}-`), { maxPages: 7 })
  t.match(growing, { calls: 7, error: { detail: /more than 7 pages/, cursor: String } })
  t.equal(growing.got.length, 14)
  t.match(await walk(() => [{ bookingReference: 'x' }], { pageSize: 1, maxPages: 5 }), { calls: 5, error: { detail: /more than 5 pages/ } })
  // The same page on two days is not a repeat, nor are equal pages that ROLLER counts.
  t.match(
    await walk(pages({ items: one, currentPage: 1, totalPages: 1 }), { endDate: '2026-07-03' }),
    { calls: 2, error: null, got: ['a0', 'a1', 'a0', 'a1'] }
  )
  t.match(await walk(({ pageNumber }) => ({ items: one, currentPage: pageNumber, totalPages: 2 })), { calls: 2, error: null })
})

test('rejects options that do not fit the report before anything is sent', async (t) => {
  const { source, steps } = fake({})
  const rejected = (name: ReportName, options: PaginateOptions, ...pointers: string[]): void => {
    const wanted = { code: 'ROLLER_ERR_VALIDATION', errors: pointers.map((pointer) => ({ pointer })) }
    t.throws(() => paginate(source, name, options), wanted, pointers.join())
  }
  rejected(ITEMS, {}, '/query/startDate')
  rejected(ITEMS, { endDate: '2026-07-02' }, '/query/startDate')
  rejected(ITEMS, { startDate: '2026-02-30', endDate: 'x' }, '/query/startDate', '/query/endDate')
  rejected(ITEMS, { startDate: '2026-07-02', endDate: '2026-07-01' }, '/query/endDate')
  rejected(ITEMS, { startDate: '2026-07-01', endDate: '2026-07-01' }, '/query/endDate')
  rejected(ITEMS, { startDate: '2026-07-01', endDate: '2206-07-01' }, '/query/endDate')
  rejected(ITEMS, { ...DAY, pageSize: 0 }, '/query/pageSize')
  rejected(ITEMS, { ...DAY, pageSize: 1.5 }, '/query/pageSize')
  rejected('GET /reporting/revenue-entries', { ...DAY, pageSize: 50 }, '/query/pageSize')
  rejected('GET /data/products', { startDate: '2026-07-01', endDate: '2026-07-02' }, '/query/startDate', '/query/endDate')
  rejected('GET /data/tillreconciliations', {}, '/query/startDate')
  rejected('GET /data/tillreconciliations', { endDate: 'x' }, '/query/endDate')
  rejected(ITEMS, { ...DAY, query: { PageNumber: 3 } as object }, '/query/PageNumber')
  rejected('GET /venues/me' as ReportName, {}, '/name')
  rejected('toString' as ReportName, {}, '/name')
  t.equal(steps.length, 0)
})

test('returns each record of ten days once from the simulated ROLLER', async (t) => {
  const { call } = await start(t, { limits: 'off' })
  const days = new Map<string, number>()
  const source = async (name: ReportName, query: PageQuery): Promise<unknown> => {
    const search = new URLSearchParams()
    for (const [parameter, value] of Object.entries(query)) search.set(parameter, String(value))
    const { status, body } = await call('GET', `${name.slice(4)}?${search}`)
    t.equal(status, 200)
    if (name === ITEMS) days.set(String(query['startDate']), Number(body['totalItems']))
    return body
  }
  const range = { startDate: '2026-11-17', endDate: '2026-11-27' }
  const whole = await readIds(paginate(source, ITEMS, { ...range, pageSize: 1000 }))
  t.equal(days.size, 10)
  t.equal(whole.length, [...days.values()].reduce((sum, count) => sum + count), 'as many as ROLLER counts')
  t.equal(new Set(whole).size, whole.length, 'no repeats')
  const busiest = Math.max(...days.values())
  t.ok(busiest > 1)
  t.same(await readIds(paginate(source, ITEMS, { ...range, pageSize: Math.floor(busiest / 2) })), whole, 'the page size does not matter')

  const first = paginate(source, ITEMS, { ...range, pageSize: 3 })
  const taken = [(await first.next()).value, (await first.next()).value].map((item) => item?.bookingItemId ?? '')
  await first.return()
  t.same([...taken, ...await readIds(paginate(source, ITEMS, { cursor: first.cursor }))], whole)
  await collect(paginate(source, 'GET /data/products'))
  await collect(paginate(source, 'GET /data/tillreconciliations', { endDate: '2026-11-25' }))
  await collect(paginate(source, 'GET /reporting/revenue-entries', range))
})

async function readIds (records: AsyncIterable<{ bookingItemId?: string }>): Promise<string[]> {
  const ids: string[] = []
  for await (const { bookingItemId = '' } of records) ids.push(bookingItemId)
  return ids
}
