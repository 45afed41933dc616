/** An order that was cancelled or failed before it was sent is withdrawn: `resume: true` has the files of the export before it. */
import type { Test } from 'tap'
import { test } from '../support/tap.ts'
import { CONNECTION_ID, type BuildOptions } from '../support/build.ts'
import { SteppedClock } from '../support/manual-clock.ts'
import { reachable, type Reachable } from '../webhooks/fixture.ts'
import { gather, ORDER, until } from './fixture.ts'

interface Case extends Reachable {
  readonly orders: () => number
}

/** Six hours after a first export, all of whose files have arrived. */
async function open (t: Test, options: BuildOptions = {}): Promise<Case & { readonly files: readonly string[] }> {
  const clock = new SteppedClock(Date.UTC(2026, 10, 25)) // as ROLLER's, for the expiry of tokens
  const built = await reachable(t, { ...options, options: { ...options.options, transport: 'direct', clock } })
  await built.app.roller.webhooks.subscribe(CONNECTION_ID)
  const orders = (): number => built.roller.requests.filter(({ url }) => url === '/reporting/bulk').length
  const first = gather(built.app.roller.bulkExport(ORDER))
  await until(() => orders() === 1)
  await built.roller.deliverDue()
  t.equal(await first.ended, null)
  const later = 6 * 3_600_000 + 1_000
  built.pass(later)
  clock.advance(later)
  return { ...built, clock, orders, files: first.found.map(({ processId, name }) => `${processId} ${name}`).sort() }
}

const HOUR = 3_600_000

/** A token that is over then, and again after an hour: the call waits for Nango. */
const EXPIRED = { roller: { tokenTtl: HOUR / 1000 } }

/** Starts an export. Returns while ROLLER delays the list of its webhooks; then the order is sent. */
async function order ({ app, roller }: Case, signal?: AbortSignal): Promise<{ readonly ended: Promise<unknown> }> {
  const checks = (): number => roller.requests.filter(({ url }) => url.startsWith('/webhooks')).length
  const before = checks()
  roller.faults.next({ path: /^\/webhooks/, kind: 'slow', ms: 200 })
  const { ended } = gather(app.roller.bulkExport({ ...ORDER, ...(signal !== undefined && { signal }) }))
  await until(() => checks() > before)
  return { ended }
}

async function hasFilesOfTheFirst (t: Test, { app, files }: Awaited<ReturnType<typeof open>>): Promise<void> {
  const resumed = gather(app.roller.bulkExport({ ...ORDER, resume: true }))
  t.equal(await resumed.ended, null)
  t.same(resumed.found.map(({ processId, name }) => `${processId} ${name}`).sort(), files)
}

test('withdraws an order that is cancelled before it is sent', async (t) => {
  const built = await open(t, EXPIRED)
  const { app, nango, roller, orders, clock } = built
  const cancelled = new AbortController()
  const { ended } = await order(built, cancelled.signal)
  clock.advance(HOUR)
  nango.faults.next({ path: /connections/, kind: 'slow', delay: 200 })
  const before = nango.requests.length
  await until(() => nango.requests.slice(before).some(({ url }) => url.startsWith('/connections/')))
  cancelled.abort(new Error('cancelled'))
  t.match(await ended, { message: 'cancelled' })
  t.equal(orders(), 1)
  await hasFilesOfTheFirst(t, built)
  const again = gather(app.roller.bulkExport(ORDER))
  await until(() => orders() === 2)
  await roller.deliverDue()
  t.equal(await again.ended, null, 'its type can be ordered at once')
  const [processId = ''] = built.files[0]?.split(' ') ?? []
  const first = gather(app.roller.bulkExport({ ...ORDER, resume: true, processId }))
  t.equal(await first.ended, null)
  t.same(first.found.map(({ processId, name }) => `${processId} ${name}`).sort(), built.files)
  const requests = roller.requests.length
  const signal = AbortSignal.abort(new Error('cancelled before'))
  t.match(await gather(app.roller.bulkExport({ ...ORDER, signal })).ended, { message: 'cancelled before' })
  t.equal(roller.requests.length, requests)
})

test('withdraws an order that ROLLER rejected before it was cancelled', async (t) => {
  const built = await open(t)
  const { app, nango, roller, orders } = built
  roller.faults.next({ path: /reporting\/bulk/, kind: 'status', status: 401, body: {} })
  nango.faults.next({ path: /connections/, kind: 'slow', delay: 200 })
  const before = nango.requests.length
  const cancelled = new AbortController()
  const { ended } = gather(app.roller.bulkExport({ ...ORDER, signal: cancelled.signal }))
  await until(() => nango.requests.slice(before).some(({ url }) => url.startsWith('/connections/')))
  t.equal(orders(), 2)
  cancelled.abort(new Error('cancelled'))
  t.match(await ended, { message: 'cancelled' })
  await hasFilesOfTheFirst(t, built)
})

test('withdraws an order for which there is no token', async (t) => {
  const built = await open(t, EXPIRED)
  const { ended } = await order(built)
  built.clock.advance(HOUR)
  built.nango.faults.always({ path: /connections/, kind: 'reset' })
  t.match(await ended, { code: /ROLLER_ERR/ })
  built.nango.faults.always(null)
  t.equal(built.orders(), 1)
  await hasFilesOfTheFirst(t, built)
})

test('withdraws an order for which no connection was free in time', async (t) => {
  const built = await open(t, { options: { maxSockets: 1, timeouts: { headers: 100 } } })
  const { app, roller, orders, clock } = built
  const { ended } = await order(built)
  roller.faults.next({ path: /products/, kind: 'trickle', ms: 10 })
  const caller = new AbortController()
  const busy = app.roller.request('GET /products', { connectionId: CONNECTION_ID, signal: caller.signal }).catch(() => {})
  await until(() => roller.requests.some(({ url }) => url === '/products'))
  const ticking = setInterval(() => { clock.advance(10) }, 10)
  t.match(await ended, { code: 'ROLLER_ERR_TIMEOUT', detail: 'No response arrived in time.' })
  clearInterval(ticking)
  t.equal(orders(), 1)
  caller.abort()
  await busy
  await hasFilesOfTheFirst(t, built)
})

for (const [how, fault] of [['breaks off', { kind: 'reset' }], ['takes too long', { kind: 'slow', ms: 300 }]] as const) {
  test(`keeps an order whose response ${how}, since ROLLER may have it`, async (t) => {
    const { app, roller, orders, clock } = await open(t)
    roller.faults.always({ path: /reporting\/bulk/, ...fault })
    const cancelled = new AbortController()
    const { ended } = gather(app.roller.bulkExport({ ...ORDER, signal: cancelled.signal }))
    await until(() => orders() === 2)
    if (fault.kind === 'slow') cancelled.abort(new Error('cancelled'))
    t.ok(await ended)
    const resumed = gather(app.roller.bulkExport({ ...ORDER, resume: true, deadline: 100 }))
    setTimeout(() => { clock.advance(100) }, 50)
    t.match(await resumed.ended, { code: 'ROLLER_ERR_TIMEOUT', detail: /none of its files/ })
    t.same(resumed.found, [])
  })
}

test('reports whether ROLLER may have an order that has failed', async (t) => {
  const { app, roller, nango, clock } = await open(t, EXPIRED)
  const reported = async (options: object = {}): Promise<string[]> => {
    const reports: string[] = []
    await gather(app.roller.bulkExport({
      ...ORDER, ...options, onOrder: () => { reports.push('ordered') }, onNotOrdered: () => { reports.push('not ordered') }
    })).ended
    return reports
  }
  t.same(await reported({ maxUnits: 0 }), ['not ordered'], 'it costs too much')
  nango.faults.always({ path: /connections/, kind: 'reset' })
  t.same(await reported(), ['not ordered'], 'without a token it is not sent')
  nango.faults.always(null)
  roller.faults.next({ path: /reporting\/bulk/, kind: 'status', status: 400, body: {} })
  t.same(await reported(), ['not ordered'], 'it is rejected')
  roller.faults.always({ path: /reporting\/bulk/, kind: 'reset' })
  t.same(await reported(), [], 'its response is not known')
  t.same(await reported({ maxWait: 0 }), ['not ordered'], 'the one before may be there, and the limit is kept for it')
  roller.faults.always(null)
  setTimeout(() => { clock.advance(100) }, 300)
  clock.advance(6 * 3_600_000 + 1_000)
  t.same(await reported({ deadline: 100 }), ['ordered'])
})
