/** Bulk exports take hours: a venue that waits for one does not keep the others from ordering theirs. */
import { setMaxListeners } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
  const running = runExport({ roller, options, progress: () => jsonProgress({ write () {} }), signal: interrupted.signal })
  await t.rejects(running, { message: 'interrupted' })
  t.equal(orders, 2 * VENUES)
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
})

test('daily reports are fetched of a venue without a usable time zone', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'backfill-'))
  t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })
  const paginate = (() => (async function * () {})()) as unknown as Gateway['paginate'] // only iterated
  const lines: string[] = []
  const missing = await runExport({
    roller: gatewayOf({ paginate }, 1, null),
    options: readExportOptions([...ARGS, '--reports', 'giftcards', '--out', folder]),
    progress: () => jsonProgress({ write: (text: string) => lines.push(text) }),
    signal: new AbortController().signal
  })
  t.same(missing, [])
  t.match(lines.join(''), /"state":"replaced by daily reports","reason":"The time zone of the venue is not known\."/)
  t.equal(lines.filter((line) => line.includes('"step":"file"')).length, 90)
})
