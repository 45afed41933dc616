/** Days of a report that ROLLER never gives: the others are exported every night, and those cost few calls. */
import type { Test } from 'tap'
import { test } from '../../support/tap.ts'
import { callsAtRoller, type BuildOptions } from '../../support/build.ts'
import { filesOf, open, type ExportResult } from './fixture.ts'

const ERROR = { kind: 'status', status: 500, body: {} } as const

/** Nights of a venue; each returns what is missing, the calls for the report, and the seconds of pauses. */
async function nights (t: Test, options: BuildOptions['options'] = {}) {
  const exports = await open(t, { names: [], options: { retries: 0, rateLimits: { reporting: { limit: 100_000 } }, ...options } })
  return {
    ...exports,
    async night (args: readonly string[]) {
      let now = 0
      const time = { now: () => now, sleep: async (ms: number) => { now += ms } }
      const before = callsAtRoller(exports).length
      const { missing } = await exports.export(args, { time })
      const calls = callsAtRoller(exports).slice(before).filter(({ url }) => url.startsWith('/data/tickets')).map(({ url }) => url)
      return { missing, calls, seconds: now / 1000 }
    },
    days: () => Object.keys(filesOf(exports.folder)).filter((name) => name.startsWith('tickets'))
      .map((name) => /day=([\d-]+)/.exec(name)?.[1] ?? '').sort()
  }
}

const daysOf = ({ missing }: Pick<ExportResult, 'missing'>): string[] => missing.flatMap(({ days }) => [...days]).sort()

test('exports new days where four old ones fail every night', async (t) => {
  const { roller, night, days } = await nights(t)
  roller.faults.always({ ...ERROR, path: /tickets.*startDate=2026-11-0[1-4]/ })
  const bad = ['2026-11-01', '2026-11-02', '2026-11-03', '2026-11-04']
  const args = ['--reports', 'tickets', '--from', '2026-11-01']
  const first = await night([...args, '--to', '2026-11-20'])
  t.same(daysOf(first), bad)
  t.equal(days().length, 15)

  const second = await night([...args, '--to', '2026-11-21', '--concurrency', '1'])
  t.same(daysOf(second), bad)
  t.ok(days().includes('2026-11-20'), 'the new day is there')
  t.equal(second.calls.length, 1 + bad.length, 'each of the others is tried once')
  t.equal(second.seconds, 0, 'and not waited for')

  roller.faults.always(null)
  const third = await night([...args, '--to', '2026-11-22'])
  t.same(third.missing, [])
  t.equal(days().length, 21)
})

test('bounds the calls for a report of which all days fail', async (t) => {
  const { roller, night } = await nights(t)
  const args = ['--reports', 'tickets,bookingitems', '--from', '2026-09-01', '--concurrency', '1', '--to']
  roller.faults.always({ ...ERROR, path: /tickets/ })
  for (const [to, count] of [['2026-11-20', 80], ['2026-11-21', 81]] as const) {
    const { missing, calls } = await night([...args, to])
    t.equal(daysOf({ missing }).length, count)
    t.ok(calls.length < 40, `${calls.length} calls`)
    t.ok(new Set(calls).size <= 10, 'for ten days')
  }
  roller.faults.always({ kind: 'status', status: 400, body: {}, path: /tickets/ })
  t.equal((await night([...args, '2026-11-22'])).calls.length, 10)
  roller.faults.always({ kind: 'status', status: 403, body: {}, path: /tickets/ })
  t.equal((await night([...args, '2026-11-23'])).calls.length, 1)
})

test('reaches every other day in a few nights where many fail', async (t) => {
  const { roller, night, days } = await nights(t)
  roller.faults.always({ ...ERROR, path: /tickets.*startDate=2026-10/ })
  const args = ['--reports', 'tickets,products', '--from', '2026-09-20']
  for (const to of ['11', '12', '13', '14']) {
    const { calls } = await night([...args, '--to', `2026-11-${to}`])
    t.ok(days().includes(`2026-11-${Number(to) - 1}`), 'the new day is there at once')
    t.ok(calls.length < 60, `${calls.length} calls`)
  }
  t.ok(days().includes('2026-09-20'), 'and so are those before the failing ones')
  t.equal(days().length, 11 + 13)
})

test('waits for a venue that cannot be reached, with few days of it', async (t) => {
  const { roller, night } = await nights(t)
  roller.faults.always({ ...ERROR, path: /tickets/ })
  const { missing, calls, seconds } = await night(['--reports', 'tickets', '--from', '2026-09-01', '--to', '2026-11-20'])
  t.equal(daysOf({ missing }).length, 80)
  t.ok(seconds >= 900, `${seconds} s`)
  t.ok(calls.length < 80, `${calls.length} calls`)
  t.ok(new Set(calls.map((url) => /startDate=([\d-]+)/.exec(url)?.[1])).size <= 12)
})
