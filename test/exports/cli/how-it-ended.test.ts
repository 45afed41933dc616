/** `GET /exports` shows apart whether an export was cut short, or has ended with files missing. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { reports } from 'fastify-roller/internal'
import { exportReader } from '#service/export/export-list.js'
import { openFolder } from '#service/export/folder.js'
import { readExportOptions } from '#service/export/options.js'
import { jsonProgress } from '#service/export/progress.js'
import { newState, readState, type VenueState } from '#service/export/state.js'
import { stateFile, VenueExport } from '#service/export/venue-export.js'
import { test } from '../../support/tap.ts'
import { until } from '../../upstream/fixture.ts'
import { DAYS, open } from './fixture.ts'

const ARGS = ['--reports', 'tickets', ...DAYS, '--patience', '0', '--overlap', '366']

test('shows whether the last export was cut short, or has ended with files missing', async (t) => {
  const exports = await open(t, { names: [], options: { retries: 0 } })
  const read = exportReader(exports.folder)
  const shown = async () => {
    const [row] = (await read())?.exports ?? []
    return { unfinishedSince: row?.unfinishedSince, incompleteSince: row?.incompleteSince }
  }
  const cut = async (): Promise<void> => {
    const interrupted = new AbortController()
    exports.roller.faults.always({ kind: 'slow', ms: 300, path: /startDate/ })
    const { requests } = exports.roller
    const before = requests.length
    const running = exports.export(ARGS, { signal: interrupted.signal })
    running.catch(() => {}) // rejected below
    await until(() => requests.slice(before).some(({ url }) => url.includes('startDate')))
    interrupted.abort(new Error('interrupted'))
    await t.rejects(running, { message: 'interrupted' })
    exports.roller.faults.always(null)
  }
  const state = join(exports.folder, '.roller-export', `venue=${exports.venues[0]}.json`)

  await exports.export(ARGS)
  t.same(await shown(), { unfinishedSince: null, incompleteSince: null })

  await cut()
  t.match(await shown(), { unfinishedSince: /^\d{4}-/, incompleteSince: null }, 'cut short')

  exports.roller.faults.always({ kind: 'status', status: 500, body: {}, path: /startDate=2026-11-12/ })
  t.equal((await exports.export(ARGS)).missing.length, 1)
  const { incompleteSince } = await shown()
  t.match(await shown(), { unfinishedSince: null, incompleteSince: /^\d{4}-/ }, 'a file is missing')
  t.equal((await exports.export(ARGS)).missing.length, 1)
  t.same(await shown(), { unfinishedSince: null, incompleteSince }, 'since the first time')

  await cut()
  t.match(await shown(), { unfinishedSince: /^\d{4}-/, incompleteSince }, 'both')

  const { failures, incompleteSince: _, ...before } = JSON.parse(readFileSync(state, 'utf8'))
  t.ok(failures.tickets['2026-11-12'])
  writeFileSync(state, JSON.stringify(before))
  t.match(await shown(), { unfinishedSince: /^\d{4}-/, incompleteSince: null }, 'a state from before these fields')

  exports.roller.faults.always(null)
  t.same((await exports.export(ARGS)).missing, [])
  t.same(await shown(), { unfinishedSince: null, incompleteSince: null })
})

test('a run that is continued began with the first one, which is noted before any file is fetched', async (t) => {
  const out = t.testdir()
  const folder = await openFolder(out)
  t.teardown(async () => { await folder.release() })
  const [report] = reports.values()
  if (report === undefined) throw new Error('there are reports')
  const venue = { id: '1', name: 'A new name', connectionId: 'a', timeZone: null }
  const unfinishedSince = '2026-11-01T00:00:00.000Z'
  const job = { report, day: '2026-11-01', isFinal: true, failedAt: null, path: 'a' }
  let noted: VenueState | null = null
  const run = new VenueExport({
    roller: { paginate: () => { throw new Error('not used') } },
    folder,
    options: readExportOptions(['--reports', report.id, '--from', '2026-11-01', '--out', out]),
    progress: jsonProgress({ write () {} }),
    signal: new AbortController().signal,
    time: { now: () => 0, sleep: async () => {} }
  }, venue, { ...newState('1', 'A name'), unfinishedSince }, [job], () => ({
    records: (async function * () {
      noted = await readState(stateFile(folder, '1'))
      yield {}
    })(),
    at: unfinishedSince,
    calls: () => 1
  }))
  t.same(await run.run(), [])
  t.match(noted, { unfinishedSince, reports: {} })
  t.match(await readState(stateFile(folder, '1')), { name: 'A new name', unfinishedSince, reports: { [report.id]: {} } })
})
