/** SIGTERM: calls in flight are finished, new ones are not taken, and the process ends well. */
import { createConnection } from 'node:net'
import tap, { test } from 'tap'
import { SECRET_KEY, startSimulators, VENUE } from '../support/build.ts'
import { startProcess, until } from './fixture.ts'

tap.setTimeout(120_000) // starting a process takes its time on a busy machine

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} with calls in flight`, async (t) => {
    const { nango } = await startSimulators(t, { nango: { proxyDelay: 600 } })
    // Shorter than the idle time of a kept connection: who waits for that runs out of grace, and exits with 1.
    const service = startProcess(t, { PORT: '0', NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url, SHUTDOWN_GRACE: '30', LOG_LEVEL: 'warn' })
    const url = await service.url()
    // fetch keeps its connections: the process must not wait for their idle time.
    const calls = ['/roller/venues/me', '/roller/sandbox/bytes/200000?chunked=1'].map(async (path) => {
      const answer = await fetch(url + path, { headers: VENUE })
      return [answer.status, (await answer.arrayBuffer()).byteLength > 100]
    })
    await until(() => nango.requests.filter(({ url }) => url.startsWith('/proxy')).length === 2)
    service.child.kill(signal)

    let refused = ''
    const { port, hostname } = new URL(url)
    await until(() => {
      createConnection(Number(port), hostname).on('error', (error) => { refused = String(error) }).on('connect', function (this: { destroy: () => void }) { this.destroy() })
      return refused !== ''
    })
    t.match(refused, /ECONNREFUSED|ECONNRESET/, 'no new connection')
    t.same(await Promise.all(calls), [[200, true], [200, true]])
    t.equal(await service.exited, 0)
    t.equal(service.stderr(), '')
  })
}
