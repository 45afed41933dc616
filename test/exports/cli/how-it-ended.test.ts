/** `GET /exports` shows apart whether an export was cut short, or has ended with files missing. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportReader } from '#service/export/export-list.js'
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
