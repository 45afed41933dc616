/** The nightly export writes every record once, even if it was stopped in between. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, appendFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tap, { test } from '../support/tap.ts'
import { SECRET_KEY, startSimulators } from '../support/build.ts'
import { startExample } from './program.ts'

tap.setTimeout(180_000) // starting a process is slow on a busy machine

// A week that ends today, so that it contains the sandbox's bookings.
const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10)
const [from, to] = [day(-6), day(2)]

test('runs', async (t) => {
  const { nango, roller } = await startSimulators(t)
  const folder = mkdtempSync(join(tmpdir(), 'export-'))
  t.teardown(() => { rmSync(folder, { recursive: true }) })
  const run = async (into: string, reports = ['bookingitems', 'tickets']) => {
    const program = startExample(t, 'nightly-export/export', ['--from', from, '--to', to, '--into', join(folder, into), ...reports], {
      NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url
    })
    return { code: await program.exited, output: program.output() }
  }
  const read = (into: string, report: string): string => readFileSync(join(folder, into, `${report}-${from}-${to}.ndjson`), 'utf8')

  const whole = await run('whole')
  t.equal(whole.code, 0, whole.output)
  t.match(whole.output, /bookingitems +\[#{30}\] 8\/8 days/)
  const records = read('whole', 'bookingitems').trimEnd().split('\n').map((line) => JSON.parse(line) as { bookingReference?: unknown })
  t.ok(records.length > 5, `${records.length} records`)
  t.ok(records.every(({ bookingReference }) => bookingReference !== undefined))

  // ROLLER rejects one day: the program exits with a code and a hint how to continue.
  const path = new RegExp(`^/data/bookingitems.*startDate=${day(0)}`)
  roller.faults.always({ kind: 'status', status: 400, path, body: { message: 'not today' } })
  const broken = await run('broken')
  t.equal(broken.code, 1)
  t.match(broken.output, /ROLLER_ERR_REFUSED: .* Start it again to go on\./)
  roller.faults.always(null)
  // Simulates a power failure between the record and its cursor.
  const file = readdirSync(join(folder, 'broken')).find((name) => name.endsWith('.ndjson')) ?? ''
  appendFileSync(join(folder, 'broken', file), '{"half a rec')

  const before = roller.requests.length
  const resumed = await run('broken')
  t.equal(resumed.code, 0, resumed.output)
  for (const report of ['bookingitems', 'tickets']) t.equal(read('broken', report), read('whole', report), report)
  const requested = roller.requests.slice(before).filter(({ url }) => url.startsWith('/data/bookingitems')).map(({ url }) => url)
  t.ok(requested.length > 0 && requested.every((url) => !url.includes(`startDate=${from}`)), 'days that were done are not asked for again')

  const again = roller.requests.length
  t.equal((await run('whole')).code, 0)
  t.same(roller.requests.slice(again).filter(({ url }) => url.startsWith('/data/')), [], 'a finished export asks for nothing')
  t.equal((await run('x', ['nothing'])).code, 2)
})
