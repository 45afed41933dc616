/** `GET /exports/{report}`: one stream for any range of days. */
import { test } from '../support/tap.ts'
import { START } from '../sandbox/roller-fixture.ts'
import { callsAtRoller, CONNECTION_ID, listen, VENUE } from '../support/build.ts'

const RANGE = 'startDate=2026-11-01&endDate=2026-11-16'
const now = (): number => START

async function open (t: Parameters<typeof listen>[0], transport: 'nango' | 'direct' = 'nango') {
  const built = await listen(t, { roller: { now }, nango: { now }, options: { transport } })
  const get = (path: string, headers = {}): Promise<Response> =>
    fetch(`${built.url}/exports/${path}`, { headers: { ...VENUE, ...headers } })
  return { ...built, get }
}

async function inProcess ({ app }: Awaited<ReturnType<typeof open>>): Promise<object[]> {
  const records: object[] = []
  const range = { connectionId: CONNECTION_ID, startDate: '2026-11-01', endDate: '2026-11-16' }
  for await (const record of app.roller.paginate('GET /data/bookingitems', range)) records.push(record)
  return records
}

const linesOf = (text: string): object[] => text.trimEnd().split('\n').map((line) => JSON.parse(line) as object)

for (const transport of ['nango', 'direct'] as const) {
  test(`streams the records of a range as NDJSON (${transport})`, async (t) => {
    const built = await open(t, transport)
    const response = await built.get(`bookingitems?${RANGE}`)
    t.equal(response.status, 200)
    t.equal(response.headers.get('content-type'), 'application/x-ndjson')
    t.equal(response.headers.get('content-length'), null)
    const records = linesOf(await response.text())
    t.equal(callsAtRoller(built).length, 15, 'a call for each day')
    t.ok(callsAtRoller(built).every(({ url }) => url.includes('pageSize=500')), 'pages are as large as ROLLER recommends')
    t.ok(records.length > 10)
    t.same(records, await inProcess(built))
  })
}

test('streams CSV with the columns of the catalog', async (t) => {
  const built = await open(t)
  const response = await built.get(`bookingitems?${RANGE}`, { accept: 'text/csv' })
  t.match(response.headers.get('content-type'), /^text\/csv; charset=utf-8/)
  const [head = '', ...lines] = (await response.text()).trimEnd().split('\n')
  t.match(head, /^bookingReference,bookingUniqueId,.*,_other$/)
  const records = await inProcess(built) as { bookingReference: string }[]
  t.same(lines.map((line) => line.split(',')[0]), records.map(({ bookingReference }) => bookingReference))
})

test('the header Accept chooses the format', async (t) => {
  const { get } = await open(t)
  const cases: [accept: string, type: 'ndjson' | 'csv' | 'neither'][] = [
    ['*/*', 'ndjson'], ['application/x-ndjson', 'ndjson'], ['text/csv', 'csv'], ['TEXT/CSV;header=present', 'csv'],
    ['text/csv; charset=UTF-8', 'csv'], ['text/csv;header=absent', 'neither'],
    ['text/*', 'csv'], ['application/*, text/*;q=0.5', 'ndjson'], ['text/csv;q=0.5, application/x-ndjson;q=0.4', 'csv'],
    ['application/x-ndjson;q=0.1, text/csv', 'csv'], ['*/*;q=0.1, text/csv', 'csv'], ['text/csv, application/x-ndjson', 'csv'],
    ['application/x-ndjson;q=0, */*', 'csv'], ['text/csv;q=0, */*', 'ndjson'], ['text/html,application/xml;q=0.9,*/*;q=0.8', 'ndjson'],
    ['text/csv;q=0', 'neither'], ['application/json', 'neither'], ['*/*;q=0', 'neither']
  ]
  for (const [accept, expected] of cases) {
    const response = await get('products', { accept })
    await response.body?.cancel()
    const type = response.headers.get('content-type') ?? ''
    t.equal(type.includes('ndjson') ? 'ndjson' : type.includes('csv') ? 'csv' : 'neither', expected, accept)
    t.equal(response.status, expected === 'neither' ? 400 : 200, accept)
  }
})

test('a cursor continues after its page', async (t) => {
  const { get } = await open(t)
  const whole = (await (await get(`bookingitems?${RANGE}`)).text()).trimEnd().split('\n')
  const text = await (await get(`bookingitems?${RANGE}&cursors=true`)).text()
  const lines = text.trimEnd().split('\n')
  const cursors = lines.filter((line) => line.startsWith('{"cursor":'))
  t.ok(cursors.length > 5, 'one after each page')
  t.same(lines.filter((line) => !line.startsWith('{"cursor":')), whole)
  t.match(lines.at(-1), /^{"cursor":"[\w-]+"}$/, 'the last line is a cursor')
  for (const at of [0, 3, cursors.length - 1]) {
    const { cursor } = JSON.parse(cursors[at] ?? '') as { cursor: string }
    const before = lines.slice(0, lines.indexOf(cursors[at] ?? '')).filter((line) => !line.startsWith('{"cursor":'))
    const rest = (await (await get(`bookingitems?cursor=${cursor}`)).text()).trimEnd()
    t.same([...before, ...rest === '' ? [] : rest.split('\n')], whole)
  }
  const { cursor } = JSON.parse(cursors[0] ?? '') as { cursor: string }
  const other = await get(`tickets?cursor=${cursor}`)
  t.equal(other.status, 400)
  t.match(await other.json(), { code: 'ROLLER_ERR_VALIDATION', detail: /belongs to another report/ })
})

test('answers a report without records, without days, and without pages', async (t) => {
  const { get } = await open(t)
  t.equal(await (await get('bookingitems?startDate=2020-01-01')).text(), '')
  t.match(linesOf(await (await get('products')).text()), [{ productId: String }])
  const statuses = await get('membershipstatuses?startDate=2026-10-01&endDate=2026-11-16')
  t.equal(statuses.status, 200)
  t.match(linesOf(await statuses.text()), [{ ticketId: String, newStatus: 'Current' }])
})

test('rejects what is wrong before anything is sent', async (t) => {
  const built = await open(t)
  const cases: [path: string, headers: Record<string, string>, detail: RegExp][] = [
    ['nothing?startDate=2026-11-01', {}, /\/params\/report/],
    ['bookingitems', {}, /startDate is missing/],
    ['bookingitems?startDate=2026-11-10&endDate=2026-11-01', {}, /is before startDate/],
    ['bookingitems?startDate=2026-02-30', {}, /is not a date/],
    ['products?startDate=2026-11-01', {}, /has no dates/],
    ['bookingitems?startDate=2026-11-01&pageSize=5', {}, /pageSize/],
    ['bookingitems?cursor=nonsense', {}, /is not a cursor/],
    [`bookingitems?${RANGE}&cursors=true`, { accept: 'text/csv' }, /x-ndjson/],
    [`bookingitems?${RANGE}`, { accept: 'application/xml' }, /must take/],
    [`bookingitems?${RANGE}`, { 'roller-max-wait': 'long' }, /Roller-Max-Wait/]
  ]
  for (const [path, headers, detail] of cases) {
    const response = await built.get(path, headers)
    t.equal(response.status, 400, path)
    const problem = await response.json() as { code: string }
    t.equal(problem.code, 'ROLLER_ERR_VALIDATION')
    t.match(JSON.stringify(problem), detail)
  }
  t.equal((await fetch(`${built.url}/exports/bookingitems?${RANGE}`)).status, 400, 'no venue is named')
  t.same(callsAtRoller(built), [])
})

test('an error before the first record is an answer of its own', async (t) => {
  const { get, roller } = await open(t)
  roller.faults.next({ kind: 'status', status: 403, path: /bookingitems/, body: { message: 'no API access' } })
  const response = await get(`bookingitems?${RANGE}`)
  t.equal(response.status, 403)
  t.match(await response.json(), { code: 'ROLLER_ERR_ACCESS_DENIED' })
})

test('a break in the middle cuts the stream, and the last cursor continues', async (t) => {
  const { get, roller } = await open(t)
  const whole = (await (await get(`bookingitems?${RANGE}`)).text()).trimEnd().split('\n')
  roller.faults.always({ kind: 'status', status: 400, path: /startDate=2026-11-12/, body: { message: 'not today' } })
  const response = await get(`bookingitems?${RANGE}&cursors=true`)
  t.equal(response.status, 200)
  const decoder = new TextDecoder()
  let text = ''
  await t.rejects(async () => { for await (const chunk of response.body ?? []) text += decoder.decode(chunk) }, { message: 'terminated' })
  roller.faults.always(null)
  const lines = text.split('\n').slice(0, -1)
  const last = lines.findLastIndex((line) => line.startsWith('{"cursor":'))
  const records = lines.slice(0, last).filter((line) => !line.startsWith('{"cursor":'))
  t.ok(records.length > 0, 'the available records were sent')
  const { cursor } = JSON.parse(lines[last] ?? '') as { cursor: string }
  const rest = (await (await get(`bookingitems?cursor=${cursor}`)).text()).trimEnd().split('\n')
  t.same([...records, ...rest], whole)
})

test('a caller without rights gets nothing', async (t) => {
  const requested: object[] = []
  const built = await listen(t, {
    options: {
      authorize: (_request, ask) => {
        requested.push(ask)
        return false
      }
    }
  })
  const response = await fetch(`${built.url}/exports/bookingitems?${RANGE}`, { headers: VENUE })
  t.equal(response.status, 403)
  t.same(requested, [{ connectionId: CONNECTION_ID, operation: 'GET /data/bookingitems', scope: 'roller:read' }])
  const closed = await listen(t, { options: { operations: { deny: ['GET /data/bookingitems'] } } })
  const denied = await fetch(`${closed.url}/exports/bookingitems?${RANGE}`, { headers: VENUE })
  t.match(await denied.json(), { code: 'ROLLER_ERR_OPERATION_FORBIDDEN' })
  t.same([callsAtRoller(built), callsAtRoller(closed)], [[], []])
})

test('a venue of another caller does not exist', async (t) => {
  const built = await listen(t, { options: { identify: () => ({ tags: { organization_id: 'another' } }) } })
  const response = await fetch(`${built.url}/exports/bookingitems?${RANGE}`, { headers: VENUE })
  t.match(await response.json(), { status: 404, code: 'ROLLER_ERR_CONNECTION_UNKNOWN' })
  t.same(callsAtRoller(built), [])
})

test('a caller who loses its rights loses its stream', async (t) => {
  let allowed = true
  const built = await listen(t, { roller: { now }, nango: { now }, options: { authorize: () => allowed } })
  built.roller.faults.always({ kind: 'slow', ms: 20, path: /startDate=2026-11-1/ })
  const response = await fetch(`${built.url}/exports/bookingitems?${RANGE}`, { headers: VENUE })
  t.equal(response.status, 200)
  allowed = false
  await t.rejects(response.text())
  t.ok(callsAtRoller(built).length < 15)
})
