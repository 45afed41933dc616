/** Counts in ROLLER's messages are bounded: one message must not exhaust the memory of the process. */
import { test } from '../support/tap.ts'
import { MAX_TIMEOUT, systemClock } from '#plugin/util/clock.js'
import { EXPORT_ENTRIES_MAX, PARTS_MAX, readPart, type ExportEntry } from '#plugin/client/export-inbox.js'
import { MemoryExportInbox } from '#plugin/client/export-inbox-memory.js'
import { CONNECTION_ID } from '../support/build.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { reachable } from '../webhooks/fixture.ts'
import { gather, month, ORDER, until } from './fixture.ts'

const WRONG: readonly Record<string, unknown>[] = [
  { sequenceTotal: 4_294_967_296 }, { sequenceTotal: 1e300 }, { sequenceTotal: PARTS_MAX + 1 }, { sequenceTotal: 0 },
  { sequenceTotal: -1 }, { sequenceTotal: 1.5 },
  { sequenceTotal: '3' }, { sequenceTotal: null }, { sequenceNumber: 4 }, { sequenceNumber: 0 }, { sequenceNumber: 1e300 },
  { sequenceNumber: 2 ** 53 },
  { processId: 'p'.repeat(129) }, { processId: '' }, { processId: 7 }, { exportType: 'x'.repeat(129) },
  { preSignedUrls: Array.from({ length: 501 }, (_, index) => `https://files.roller.app/${index}`) },
  { preSignedUrls: [`https://files.roller.app/${'a'.repeat(4_096)}`] }
]

test('ignores a message with counts beyond the bounds, and continues the export', async (t) => {
  const { app, roller, log } = await reachable(t, { options: { rollerBaseUrl: 'http://127.0.0.1' } })
  await app.roller.webhooks.subscribe(CONNECTION_ID)
  const { found, ended } = gather(app.roller.bulkExport(ORDER))
  await until(() => roller.requests.some(({ url }) => url === '/reporting/bulk'))
  for (const fields of WRONG) t.equal((await month(app, 1, [], fields)).statusCode, 200, JSON.stringify(fields).slice(0, 60))
  t.match(log(), /counts or names are out of bounds/)
  t.notMatch(log(), /files\.roller\.app/)
  for (const number of [3, 1, 2]) await month(app, number, [])
  t.equal(await ended, null)
  t.strictSame(found, [])
})

test('validates entries that another version has written to Redis', async (t) => {
  const part = { processId: 'p', sequenceNumber: 1, sequenceTotal: 1, urls: [] }
  t.strictSame(readPart(part), part)
  const fields = [{ sequenceTotal: 1e9 }, { sequenceTotal: 0 }, { urls: [1] }, { urls: 'x' }, { processId: {} }]
  const changed = fields.map((field) => ({ ...part, ...field }))
  for (const wrong of [null, undefined, 7, [], {}, ...changed]) t.equal(readPart(wrong), null)
})

test('lists at most some missing parts in an error about a long export', async (t) => {
  const { app, clock } = await reachable(t, { options: { rollerBaseUrl: 'http://127.0.0.1' } })
  await app.roller.webhooks.subscribe(CONNECTION_ID)
  const { ended } = gather(app.roller.bulkExport({ ...ORDER, deadline: 90_000 }))
  await until(() => clock.waits.includes(90_000))
  await month(app, 1, [], { sequenceTotal: PARTS_MAX })
  clock.advance(90_000)
  const error = await ended
  t.match(error, { code: 'ROLLER_ERR_TIMEOUT', detail: /of 2000 parts these are missing: 2, 3, .* 51, … \(process/ })
  t.ok(String(error).length < 600)
})

test('bounds the characters in the inbox of a process', async (t) => {
  const inbox = new MemoryExportInbox(new ManualClock())
  const urls = Array.from({ length: 500 }, (_, index) => `https://files.roller.app/${String(index).padEnd(4_000, 'x')}`)
  const entry = (sequenceNumber: number): ExportEntry => ({
    kind: 'message', part: { processId: 'p', sequenceNumber, sequenceTotal: EXPORT_ENTRIES_MAX, urls }
  })
  for (let number = 1; number <= 20; number++) inbox.put({ connectionId: 'a', exportType: 'x' }, entry(number))
  const kept = inbox.read({ connectionId: 'a', exportType: 'x' })
  t.equal(kept.length, 8, 'of one list the oldest go first')
  t.match(kept.at(-1), entry(20))
  for (let key = 0; key < 10; key++) {
    for (let number = 1; number <= 8; number++) inbox.put({ connectionId: `b-${key}`, exportType: 'x' }, entry(number))
  }
  t.strictSame(inbox.read({ connectionId: 'a', exportType: 'x' }), [], 'of all lists those that were used least')
  t.equal(inbox.read({ connectionId: 'b-9', exportType: 'x' }).length, 8)
})

test('does not fire at once for a wait longer than the maximum timer', async (t) => {
  for (const ms of [MAX_TIMEOUT + 1, 2 ** 40, Infinity, NaN]) {
    let fired = false
    const timer = systemClock.setTimeout(() => { fired = true }, ms)
    await new Promise((resolve) => setTimeout(resolve, 20))
    systemClock.clearTimeout(timer)
    t.notOk(fired, String(ms))
  }
})
