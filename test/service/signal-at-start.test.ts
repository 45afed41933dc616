/** A signal at the very end of the start ends the process, though the handler of the start is replaced before Node.js reports it. */
import tap, { test } from '../support/tap.ts'
import { SECRET_KEY, startSimulators } from '../support/build.ts'
import { startProcess } from './fixture.ts'

tap.setTimeout(60_000) // starting a process is slow on a busy machine

/**
 * Sends the signal while the service's own code runs, so that its handlers change before the signal is reported. tap's preload has a
 * handler in every process, which the service has not without tests.
 */
const SIGNAL_BEFORE_SWAP = `
const { off } = process
process.off = function (name, listener) {
  if (name === 'SIGTERM') {
    process.off = off
    for (const other of process.listeners(name)) if (other.name === '') off.call(process, name, other)
    process.kill(process.pid, name)
  }
  return off.call(process, name, listener)
}`

test('closes after a SIGTERM at the end of the start', async (t) => {
  const { nango } = await startSimulators(t)
  const service = startProcess(t, {
    PORT: '0',
    NANGO_SECRET_KEY: SECRET_KEY,
    NANGO_HOST: nango.url,
    LOG_LEVEL: 'warn',
    NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(SIGNAL_BEFORE_SWAP)}"`
  })
  const ended = await Promise.race([service.exited, new Promise<string>((resolve) => { setTimeout(resolve, 20_000, 'it runs').unref() })])
  t.equal(ended, 0, service.stderr())
})
