/** A command whose output pipe is closed (`roller-sidecar check | head -1`) ends without a stack trace. */
import tap, { test } from '../support/tap.ts'
import { SECRET_KEY, startSimulators } from '../support/build.ts'
import { startProcess } from './fixture.ts'

tap.setTimeout(120_000) // starting a process is slow on a busy machine

test('ends check when its reader stops after the first line', async (t) => {
  const { nango } = await startSimulators(t)
  nango.faults.always({ kind: 'slow', delay: 100 })
  const { child, exited, stdout, stderr } = startProcess(t, { NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url }, ['check'])
  child.stdout?.once('data', () => { child.stdout?.destroy() })
  t.equal(await exited, 141, 'the exit code of a shell for SIGPIPE')
  t.match(stdout(), /^ok +configuration/)
  t.equal(stderr(), '')
})
