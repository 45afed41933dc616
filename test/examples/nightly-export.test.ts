/** The nightly export copies all venues, and asks for nothing twice. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tap, { test } from '../support/tap.ts'
import { SECRET_KEY, startSimulators } from '../support/build.ts'
import { start } from './program.ts'

tap.setTimeout(120_000) // starting a process takes its time on a busy machine

test('runs', async (t) => {
  const { nango, roller } = await startSimulators(t)
  const folder = mkdtempSync(join(tmpdir(), 'export-'))
  t.teardown(() => { rmSync(folder, { recursive: true }) })
  const FROM = new Date(Date.now() - 6 * 86_400_000).toISOString().slice(0, 10)
  const run = async (): Promise<number | null> => {
    const program = start(t, 'sh', ['examples/nightly-export/nightly-export.sh'], {
      NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url, FROM, OUT: folder
    })
    return await program.exited
  }
  t.equal(await run(), 0)
  const files = readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.ndjson.gz'))
  t.ok(files.length >= 3 * 5, `${files.length} files`)

  const before = roller.requests.length
  t.equal(await run(), 0)
  const requested = roller.requests.slice(before).filter(({ url }) => url.startsWith('/data/'))
  t.equal(requested.length, 3, 'yesterday of each report: it may still change')
})
