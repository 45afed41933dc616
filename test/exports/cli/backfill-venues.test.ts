/** Bulk exports take hours: a venue that waits for one does not keep the others from ordering theirs. */
import { setMaxListeners } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RollerError } from 'fastify-roller'
import { readExportOptions } from '#service/export/options.js'
import { jsonProgress } from '#service/export/progress.js'
import { estimateExport, runExport, type Gateway } from '#service/export/run.js'
import { estimateTable } from '#service/export/summary.js'
import { test } from '../../support/tap.ts'

/** More than are exported side by side. */
const VENUES = 60
const ARGS = ['--reports', 'bookingitems,tickets,giftcards', '--from', '2026-01-01', '--to', '2026-04-01', '--backfill', 'bulk']

function gatewayOf (more: Partial<Gateway>, length = VENUES, timeZone: string | null = 'Europe/London'): Gateway {
  const connections = Array.from({ length }, (_, index) => {
    const venue = { id: String(index), name: null, timeZone }
    return { connectionId: `connection-${index}`, status: 'connected', createdAt: '', venue }
  })
  return {
    connections: { list: async () => ({ connections, nextPage: null }) },
    estimateBulkExport: () => ({ months: 3, units: 3 }),
    ...more
  } as unknown as Gateway // what an export of known venues uses
}

test('all venues order at the start', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'backfill-'))
  t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })
  const interrupted = new AbortController()
  const forever = async (): Promise<void> => {
    interrupted.signal.throwIfAborted()
    await new Promise((resolve, reject) => { interrupted.signal.addEventListener('abort', () => { reject(interrupted.signal.reason) }) })
  }
  setMaxListeners(0, interrupted.signal)
  let orders = 0
  const roller = gatewayOf({
    // Daily reports wait for their limit.
    paginate: (() => (async function * () {
      await forever()
      yield {}
    })()) as unknown as Gateway['paginate'], // only iterated
    async * bulkExport ({ onOrder }) {
      await onOrder?.()
      if (++orders === 2 * VENUES) interrupted.abort(new Error('interrupted'))
      await forever()
      yield * []
    }
  })
  const options = readExportOptions([...ARGS, '--out', folder])
  const lines: string[] = []
  const progress = () => jsonProgress({ write: (text: string) => lines.push(text) })
  const running = runExport({ roller, options, progress, signal: interrupted.signal })
  await t.rejects(running, { message: 'interrupted' })
  t.equal(orders, 2 * VENUES)
  const begun = lines.filter((line) => line.includes('"step":"begin"')).length
  t.ok(begun > 1 && begun <= 50, `${begun} venues at a time fetch daily reports`)
})

test('an order is kept where the export is interrupted before ROLLER has answered: it may have it', async (t) => {
  const folder = t.testdir()
  const interrupted = new AbortController()
  const lines: string[] = []
  const running = runExport({
    roller: gatewayOf({
      async * bulkExport () {
        interrupted.abort(new Error('interrupted'))
        yield * []
        throw new RollerError('ROLLER_ERR_UNREACHABLE')
      }
    }, 1),
    options: readExportOptions([...ARGS, '--reports', 'giftcards', '--out', folder]),
    progress: () => jsonProgress({ write: (text: string) => lines.push(text) }),
    signal: interrupted.signal
  })
  await t.rejects(running, { message: 'interrupted' })
  t.match(JSON.parse(readFileSync(join(folder, '.roller-export', 'bulk=0,giftcards.json'), 'utf8')), { accepted: false })
  t.notMatch(lines.join(''), 'replaced by daily reports')
})

test('a dry run has months in place of days', async (t) => {
  const own = (name: string): string => join('no-such-folder', name)
  const options = readExportOptions([...ARGS, '--dry-run'])
  const { estimates } = await estimateExport(gatewayOf({}), options, { own })
  t.equal(estimates.length, VENUES)
  t.match(estimates[0], { files: 3 * 90, calls: 90 + 2 * (3 + 1), units: 90 + 2 * (3 + 3), orders: 2 })
  t.match(estimateTable(estimates, { venue: 115, account: null }), /120 of the calls order bulk exports/)
  const daily = await estimateExport(gatewayOf({}), options, { own }, { unavailable: 'REDIS_URL is not set.' })
  t.match(daily.estimates[0], { calls: 3 * 90, units: 3 * 90, orders: 0 })
  const withoutZone = await estimateExport(gatewayOf({}, 1, null), options, { own })
  t.match(withoutZone.estimates[0], { calls: 3 * 90, orders: 0 }, 'a venue without a usable time zone')

  const range = { from: '2026-01-01', to: '2026-04-01', at: new Date().toISOString() }
  const order = JSON.stringify({ version: 1, ...range, accepted: true, processId: null, rejected: false })
  const folder = t.testdir({ 'bulk=0,bookingitems.json': order, 'venue=1.json': '{' })
  const later = await estimateExport(gatewayOf({}, 2), options, { own: (name) => join(folder, name) })
  t.match(later.estimates, [{ venue: { id: '0' }, calls: 90 + 2 * 3 + 1, units: 90 + 2 * 3 + 3, orders: 1 }], 'ROLLER has one of them')
  t.match(later.missing, [{ venue: '1', reason: /is damaged/ }])
})

test('daily reports are fetched of a venue without a usable time zone, beside one whose state is damaged', async (t) => {
  const folder = t.testdir({ '.roller-export': { 'venue=1.json': '{' } })
  const paginate = (() => (async function * () {})()) as unknown as Gateway['paginate'] // only iterated
  const lines: string[] = []
  let isClosed = false
  const missing = await runExport({
    roller: gatewayOf({ paginate }, 2, null),
    options: readExportOptions([...ARGS, '--reports', 'giftcards', '--out', folder]),
    progress: () => ({ ...jsonProgress({ write: (text: string) => lines.push(text) }), close: () => { isClosed = true } }),
    signal: new AbortController().signal
  })
  t.equal(missing.length, 1)
  t.match(missing, [{ venue: '1', report: null, reason: /is damaged/ }])
  t.ok(isClosed, 'bars would leave the cursor hidden')
  t.match(lines.join(''), /"state":"replaced by daily reports","reason":"The time zone of the venue is not known\."/)
  t.equal(lines.filter((line) => line.includes('"step":"file"')).length, 90)
})
