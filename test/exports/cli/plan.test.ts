/** Which days a run fetches, and in which order. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { readExportOptions } from '#service/export/options.js'
import { estimateCalls, planVenue } from '#service/export/plan.js'
import { newState, type VenueState } from '#service/export/state.js'
import { test } from '../../support/tap.ts'

const HOUR = 3_600_000
/** The 27th in London and at UTC; still the 26th where a day ends last. */
const NOW = Date.UTC(2026, 10, 27, 8)
const ago = (hours: number): string => new Date(NOW - hours * HOUR).toISOString()

interface Known {
  readonly args?: readonly string[]
  readonly timeZone?: string | null
  readonly state?: Partial<VenueState>
  /** Days of giftcards that are there, and when they were fetched. */
  readonly fetched?: Readonly<Record<string, string>>
}

async function plan (t: Test, { args = [], timeZone = 'Europe/London', state = {}, fetched = {} }: Known) {
  const out = t.testdir()
  const folder = join(out, 'giftcards', 'venue=1')
  mkdirSync(folder, { recursive: true })
  for (const day of Object.keys(fetched)) writeFileSync(join(folder, `day=${day}.ndjson`), '')
  const days = Object.fromEntries(Object.entries(fetched).map(([day, at]) => [day, { at, records: 0, calls: 1 }]))
  const options = readExportOptions(['--reports', 'giftcards', '--from', '2026-11-24', '--out', out, ...args])
  const known = { ...newState('1', null), reports: { giftcards: { ndjson: days } }, ...state }
  return await planVenue({ id: '1', name: null, connectionId: 'a', timeZone }, known, options, NOW)
}

async function days (t: Test, known: Known): Promise<(string | null)[]> { return (await plan(t, known)).map(({ day }) => day) }

test('up to the present day, which is left out unless it is requested; days to come are', async (t) => {
  t.same(await days(t, {}), ['2026-11-26', '2026-11-25', '2026-11-24'])
  t.same(await days(t, { args: ['--to', '2026-12-10'] }), ['2026-11-27', '2026-11-26', '2026-11-25', '2026-11-24'])
  t.same(await days(t, { timeZone: null }), ['2026-11-25', '2026-11-24'], 'a venue without a time zone may be the last whose day ends')
  t.same(await days(t, { timeZone: 'Pacific/Kiritimati' }), ['2026-11-26', '2026-11-25', '2026-11-24'])
  for (const from of ['2026-11-27', '2026-12-10']) t.same(await days(t, { args: ['--from', from] }), [], 'there is none yet')
})

test('a day is fetched again unless it was fetched when it was over for as long as --overlap says', async (t) => {
  const end = Date.UTC(2026, 10, 25)
  const fetched = (at: number) => ({ args: ['--to', '2026-11-25'], fetched: { '2026-11-24': new Date(at).toISOString() } })
  t.same(await days(t, fetched(end + 24 * HOUR)), [])
  t.same(await days(t, fetched(end + 24 * HOUR - 1)), ['2026-11-24'])
  t.same((await plan(t, { args: ['--overlap', '1'] })).map(({ isFinal }) => isFinal), [false, true, true])
})

test('a run that was cut short, or has ended with files missing, is continued for 6 hours', async (t) => {
  const fetched = { '2026-11-25': ago(4), '2026-11-26': ago(1) }
  const args = ['--overlap', '366', '--from', '2026-11-25']
  const all = ['2026-11-26', '2026-11-25']
  t.same(await days(t, { args, fetched }), all)
  for (const since of ['unfinishedSince', 'incompleteSince'] as const) {
    t.same(await days(t, { args, fetched, state: { [since]: ago(5) } }), [], since)
    t.same(await days(t, { args, fetched, state: { [since]: ago(3) } }), ['2026-11-25'], 'not what was fetched before it')
    t.same(await days(t, { args, fetched, state: { [since]: ago(6) } }), all, 'not after 6 hours')
  }
  t.same(await days(t, { args, fetched, state: { unfinishedSince: ago(5), incompleteSince: ago(20) } }), [], 'the later of two')
})

test('lists come first, then the latest days, and last what has failed, in turn', async (t) => {
  const failures = { giftcards: { '2026-11-26': ago(1), '2026-11-24': ago(2) }, roles: { all: ago(3) } }
  const jobs = await plan(t, { args: ['--reports', 'giftcards,products,roles'], state: { failures } })
  t.same(jobs.map(({ report: { id }, day }) => `${id} ${day}`), [
    'products null', 'giftcards 2026-11-25', 'roles null', 'giftcards 2026-11-24', 'giftcards 2026-11-26'
  ])
})

test('an estimate counts a call for each file, or as many as the files of the report have taken', async (t) => {
  const jobs = await plan(t, {})
  const options = readExportOptions(['--reports', 'giftcards', '--from', '2026-11-24', '--out', 'x'])
  const estimate = (...calls: number[]): number => {
    const files = Object.fromEntries(calls.map((calls, index) => [String(index), { at: ago(1), records: 0, calls }]))
    return estimateCalls(jobs, { ...newState('1', null), reports: { giftcards: { ndjson: files, csv: {} } } }, options)
  }
  t.same([estimate(), estimate(0, 0), estimate(1, 2), estimate(4, 2)], [3, 3, 5, 9])
})
