/** Assigning messages to an export, whose order has no process id. */
import { test } from '../support/tap.ts'
import type { ExportEntry } from '#plugin/client/export-inbox.js'
import { ExportParts } from '#plugin/client/bulk-export-parts.js'
import { part } from '../events/inbox-suite.ts'

const ordered = (order: string): ExportEntry => ({ kind: 'ordered', order })
const withdrawn = (order: string): ExportEntry => ({ kind: 'withdrawn', order })
const numbers = (parts: readonly { sequenceNumber: number }[]): number[] => parts.map(({ sequenceNumber }) => sequenceNumber)

test('returns new parts once, in order of arrival', async (t) => {
  const found = new ExportParts(null)
  const entries = [ordered('o'), part(3), part(1), part(3)]
  t.strictSame(numbers(found.add(entries)), [3, 1])
  t.strictSame(found.missing, [2])
  t.strictSame(numbers(found.add([...entries, part(1), part(2)])), [2])
  t.strictSame(found.missing, [])
})

test('ignores late messages of an older export', async (t) => {
  const found = new ExportParts(null)
  const before = [ordered('1'), part(1, 'old'), ordered('2')]
  t.strictSame(found.add([...before, part(2, 'old')]), [])
  t.equal(found.missing, null, 'their number is unknown')
  t.strictSame(numbers(found.add([...before, part(2, 'old'), part(2, 'new'), part(3, 'old'), part(1, 'newer')])), [2])
  t.equal(found.processId, 'new')
  t.strictSame(found.missing, [1, 3])
})

test('ignores an order that ROLLER rejected', async (t) => {
  const found = new ExportParts(null)
  t.strictSame(numbers(found.add([ordered('1'), part(1), ordered('2'), withdrawn('2'), part(2)])), [1, 2])
})

test('uses the latest process without an order', async (t) => {
  t.strictSame(numbers(new ExportParts(null).add([part(1, 'old'), part(2, 'new'), part(2, 'old')])), [2])
})

test('uses a given process', async (t) => {
  t.strictSame(numbers(new ExportParts('old').add([part(1, 'old'), ordered('2'), part(2, 'new')])), [1])
})
