/** Which messages belong to an export, whose order does not name its process. */
import { test } from '../support/tap.ts'
import type { ExportEntry } from '#plugin/client/export-inbox.js'
import { ExportParts } from '#plugin/client/bulk-export-parts.js'
import { part } from '../events/inbox-suite.ts'

const ordered = (order: string): ExportEntry => ({ kind: 'ordered', order })
const withdrawn = (order: string): ExportEntry => ({ kind: 'withdrawn', order })
const numbers = (parts: readonly { sequenceNumber: number }[]): number[] => parts.map(({ sequenceNumber }) => sequenceNumber)

test('in the sequence in which they come, each once', async (t) => {
  const found = new ExportParts(null)
  const entries = [ordered('o'), part(3), part(1), part(3)]
  t.strictSame(numbers(found.add(entries)), [3, 1])
  t.strictSame(found.missing, [2])
  t.strictSame(numbers(found.add([...entries, part(1), part(2)])), [2])
  t.strictSame(found.missing, [])
})

test('an older export does not count, however late its messages', async (t) => {
  const found = new ExportParts(null)
  const before = [ordered('1'), part(1, 'old'), ordered('2')]
  t.strictSame(found.add([...before, part(2, 'old')]), [])
  t.equal(found.missing, null, 'nobody knows how many there will be')
  t.strictSame(numbers(found.add([...before, part(2, 'old'), part(2, 'new'), part(3, 'old'), part(1, 'newer')])), [2])
  t.equal(found.processId, 'new')
  t.strictSame(found.missing, [1, 3])
})

test('an order that ROLLER did not take parts nothing', async (t) => {
  const found = new ExportParts(null)
  t.strictSame(numbers(found.add([ordered('1'), part(1), ordered('2'), withdrawn('2'), part(2)])), [1, 2])
})

test('without an order it is the one that was heard of last', async (t) => {
  t.strictSame(numbers(new ExportParts(null).add([part(1, 'old'), part(2, 'new'), part(2, 'old')])), [2])
})

test('a process that is named is the one', async (t) => {
  t.strictSame(numbers(new ExportParts('old').add([part(1, 'old'), ordered('2'), part(2, 'new')])), [1])
})
