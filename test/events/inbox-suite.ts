/** The contract of every inbox. */
import type { Test } from 'tap'
import { EXPORT_ENTRIES_MAX, EXPORT_KEPT_MS, type ExportInbox, type ExportEntry } from '#plugin/client/export-inbox.js'

export interface InboxBench {
  readonly inbox: ExportInbox
  pass (ms: number): Promise<void> | void
}

export const part = (sequenceNumber: number, processId = 'p'): ExportEntry => ({
  kind: 'message',
  part: { processId, sequenceNumber, sequenceTotal: 3, urls: [`https://files.example.com/${processId}-${sequenceNumber}.json`] }
})

let count = 0
const keyOf = (exportType = 'Payments') => ({ connectionId: `venue-${++count}`, exportType })

export function inboxSuite (t: Test, { inbox, pass }: InboxBench): void {
  t.test('returns entries in order, on every read', async (t) => {
    const key = keyOf()
    t.strictSame(await inbox.read(key), [])
    const entries: ExportEntry[] = [{ kind: 'ordered', order: 'o' }, part(3), part(1), part(1), { kind: 'withdrawn', order: 'o' }]
    for (const entry of entries) await inbox.put(key, entry)
    for (let time = 0; time < 2; time++) t.strictSame(await inbox.read(key), entries)
  })

  t.test('separates connections and types', async (t) => {
    const key = keyOf()
    await inbox.put(key, part(1))
    t.strictSame(await inbox.read({ ...key, exportType: 'Tickets' }), [])
    t.strictSame(await inbox.read({ ...key, connectionId: 'other' }), [])
  })

  t.test('keeps entries until ROLLER\'s links expire', async (t) => {
    const key = keyOf()
    await inbox.put(key, part(1))
    await pass(EXPORT_KEPT_MS - 60_000)
    t.equal((await inbox.read(key)).length, 1)
    await pass(60_001)
    t.strictSame(await inbox.read(key), [])
    await inbox.put(key, part(2))
    t.strictSame(await inbox.read(key), [part(2)])
  })

  t.test('is bounded: drops the oldest first', async (t) => {
    const key = keyOf()
    for (let index = 0; index < EXPORT_ENTRIES_MAX + 5; index++) await inbox.put(key, part(index))
    const kept = await inbox.read(key)
    t.equal(kept.length, EXPORT_ENTRIES_MAX)
    t.strictSame(kept[0], part(5))
  })

  t.test('notifies subscribers until they unsubscribe', async (t) => {
    const key = keyOf()
    let reported = 0
    const end = inbox.subscribe(key, () => { reported++ })
    const endOther = inbox.subscribe({ ...key, exportType: 'Tickets' }, () => { reported += 100 })
    await inbox.put(key, part(1))
    t.equal(reported, 1)
    end()
    end()
    await inbox.put(key, part(2))
    t.equal(reported, 1)
    endOther()
  })
}
