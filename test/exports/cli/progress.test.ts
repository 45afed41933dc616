/** What an export shows while it runs: bars on a terminal, otherwise JSON lines. */
import { PassThrough } from 'node:stream'
import { reports } from 'fastify-roller/internal'
import type { Job } from '#service/export/plan.js'
import { barProgress, jsonProgress } from '#service/export/progress.js'
import { test } from '../../support/tap.ts'

function job (day: string | null): Job {
  const report = reports.get('giftcards')
  if (report === undefined) throw new Error('there is such a report')
  return { report, day, isFinal: true, failedAt: null, path: '' }
}

const venueOf = (id: string, name: string | null = null) => ({ id, name, connectionId: id, timeZone: null })
const FAILURE = { reason: 'ROLLER is down.', whatToDo: 'Wait.' }

test('a line for each step, and one for all waits of a second', async (t) => {
  const lines: object[] = []
  const progress = jsonProgress({ write: (line: string) => lines.push(JSON.parse(line) as object) })
  const now = Date.now
  t.teardown(() => { Date.now = now })
  let at = 0
  Date.now = () => at
  progress.begin(venueOf('1', 'A park'), 2)
  progress.begin(venueOf('2'), 0)
  progress.waiting('1', 300)
  progress.waiting('2', 2_300)
  for (at of [999, 1_000, 2_299]) for (const venue of ['1', '2']) progress.waiting(venue, 300)
  progress.trouble('1', 'ROLLER_ERR_TIMEOUT', 1_500)
  progress.done('1', job('2026-11-12'), 7, 1)
  progress.failed('1', job(null), FAILURE)
  progress.done('1', job('2026-11-13'), 0, 2)
  progress.end('1', 1)
  t.same(lines, [
    { step: 'begin', venue: '1', name: 'A park', files: 2 },
    { step: 'begin', venue: '2', name: null, files: 0 },
    { step: 'waiting', venue: '1', seconds: 1 },
    { step: 'waiting', venue: '2', seconds: 3 },
    { step: 'waiting', venue: '1', seconds: 1 },
    { step: 'waiting', venue: '1', seconds: 1 },
    { step: 'retry', venue: '1', code: 'ROLLER_ERR_TIMEOUT', seconds: 2 },
    { step: 'file', venue: '1', report: 'giftcards', day: '2026-11-12', records: 7, calls: 1, done: 1, total: 2 },
    { step: 'failed', venue: '1', report: 'giftcards', day: null, reason: 'ROLLER is down.' },
    { step: 'file', venue: '1', report: 'giftcards', day: '2026-11-13', records: 0, calls: 2, done: 2, total: 2 },
    { step: 'end', venue: '1', failed: 1 }
  ])
})

/** What is on the terminal at the end, without colors and movements of the cursor. */
async function shown (venues: number, use: (progress: Awaited<ReturnType<typeof barProgress>>) => void): Promise<string> {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 120 })
  let text = ''
  terminal.on('data', (chunk: Buffer) => { text += chunk.toString() })
  const progress = await barProgress(terminal, venues)
  use(progress)
  progress.close()
  await new Promise((resolve) => setImmediate(resolve))
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/\u001b\[[?\d;]*[a-zA-Z]/g, '').replaceAll(/[█░]+/g, '#')
}

test('a bar for each venue, and one for all', async (t) => {
  const text = await shown(2, (progress) => {
    progress.begin(venueOf('1', 'A \u0007park'), 2)
    progress.begin(venueOf('2'), 1)
    progress.done('1', job('2026-11-12'), 7, 1)
    progress.failed('1', job('2026-11-13'), FAILURE)
    progress.waiting('2', 1_500)
    progress.end('1', 1)
  })
  t.match(text, /2 venues +\[#\] 2\/3 7 records, 1 failed/)
  t.match(text, /A \?park +\[#\] 2\/2 1 failed/)
  t.match(text, /2 +\[#\] 0\/1 waits 2 s for the rate limit/)
})

test('no bar of a venue that is done where a terminal has no lines for all, and what happens to bulk exports above them', async (t) => {
  const use = (progress: Awaited<ReturnType<typeof barProgress>>): void => {
    progress.begin(venueOf('1', 'A park'), 1)
    progress.done('1', job(null), 7, 1)
    progress.bulk('2', 'giftcards', { state: 'received', records: 5 })
    progress.bulk(null, null, { state: 'replaced by daily reports', reason: 'No \u001b[2J webhook.' })
    progress.end('1', 0)
  }
  const few = await shown(20, use)
  t.match(few, /A park +\[#\] 1\/1 done/)
  t.match(few, 'All venues, all reports in bulk', 'however soon the export ends')
  const text = await shown(21, use)
  t.notMatch(text, 'A park')
  t.match(text, '2, giftcards in bulk: received 5 records')
  t.match(text, 'All venues, all reports in bulk: replaced by daily reports. No ?[2J webhook.')
})
