/** SIGTERM: calls in flight are finished, new ones rejected, and the process exits with 0. */
import { createConnection } from 'node:net'
import tap, { test } from '../support/tap.ts'
import { SECRET_KEY, startSimulators, VENUE } from '../support/build.ts'
import { startProcess, until } from './fixture.ts'

tap.setTimeout(120_000) // starting a process is slow on a busy machine

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`finishes calls in flight after ${signal}`, async (t) => {
    const { nango } = await startSimulators(t, { nango: { proxyDelay: 600 } })
    // Shorter than the keep-alive timeout: waiting for it would exceed the grace period, and exit with 1.
    const service = startProcess(
      t, { PORT: '0', NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url, SHUTDOWN_GRACE: '30', LOG_LEVEL: 'warn' }
    )
    const url = await service.url()
    // fetch keeps its connections: the process must not wait for their timeout.
    const calls = ['/roller/venues/me', '/roller/sandbox/bytes/200000?chunked=1'].map(async (path) => {
      const response = await fetch(url + path, { headers: VENUE })
      return [response.status, (await response.arrayBuffer()).byteLength > 100]
    })
    await until(() => nango.requests.filter(({ url }) => url.startsWith('/proxy')).length === 2)
    service.child.kill(signal)

    let rejected = ''
    const { port, hostname } = new URL(url)
    await until(() => {
      createConnection(Number(port), hostname).on('error', (error) => { rejected = String(error) }).on(
        'connect', function (this: { destroy: () => void }) { this.destroy() }
      )
      return rejected !== ''
    })
    t.match(rejected, /ECONNREFUSED|ECONNRESET/, 'no new connection')
    t.same(await Promise.all(calls), [[200, true], [200, true]])
    t.equal(await service.exited, 0)
    t.equal(service.stderr(), '')
  })
}

test('returns 503 from ready and serves calls for the configured time before it closes', async (t) => {
  const { nango } = await startSimulators(t)
  const service = startProcess(
    t, { PORT: '0', NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url, SHUTDOWN_DELAY: '1', LOG_LEVEL: 'warn' }
  )
  const url = await service.url()
  t.same(await (await fetch(`${url}/ready`)).json(), { status: 'ready' })
  const startedAt = Date.now()
  service.child.kill('SIGTERM')
  let ready: { status?: string } = {}
  await untilAsync(async () => {
    ready = await (await fetch(`${url}/ready`, { headers: { connection: 'close' } })).json() as typeof ready // health.ts writes it
    return ready.status !== 'ready'
  })
  t.same(ready, { status: 'draining' }, 'on a new connection')
  t.equal((await fetch(`${url}/health`, { headers: { connection: 'close' } })).status, 200, 'it is alive')
  t.equal((await fetch(`${url}/roller/venues/me`, { headers: { ...VENUE, connection: 'close' } })).status, 200)
  t.equal(await service.exited, 0)
  t.ok(Date.now() - startedAt >= 1000, 'not before the pause was over')
})

test('exits at once on a second signal', async (t) => {
  const { nango } = await startSimulators(t, { nango: { proxyDelay: 60_000 } })
  const service = startProcess(
    t, { PORT: '0', NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url, SHUTDOWN_GRACE: '60', LOG_LEVEL: 'warn' }
  )
  const url = await service.url()
  const call = fetch(`${url}/roller/venues/me`, { headers: VENUE }).then(() => 'answered', () => 'cut')
  await until(() => nango.requests.some(({ url }) => url.startsWith('/proxy')))
  const startedAt = Date.now()
  service.child.kill('SIGTERM')
  await untilAsync(async () => await fetch(`${url}/health`, { headers: { connection: 'close' } }).then(() => false, () => true))
  service.child.kill('SIGTERM')
  t.equal(await service.exited, 1)
  t.ok(Date.now() - startedAt < 30_000)
  t.match(service.stdout(), 'second signal: exiting at once')
  t.equal(await call, 'cut')
})

test('serves waiting callers during the grace period, and rejects the rest before its end', async (t) => {
  const { nango, roller } = await startSimulators(t)
  const service = startProcess(
    t, { PORT: '0', NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url, SHUTDOWN_GRACE: '4', LOG_LEVEL: 'warn' }
  )
  const url = await service.url()
  const call = async (path: string, connection: string) => {
    const response = await fetch(url + path, { headers: { 'connection-id': connection, 'roller-max-wait': '60' } })
    const body = await response.json() as { code?: string } // a problem, or ROLLER's
    return [response.status, response.status === 200 ? 'served' : body.code, response.headers.get('retry-after')]
  }
  nango.addConnection({ connectionId: 'patient', clientId: 'patient', clientSecret: 's' })
  roller.faults.next({ path: /^\/products/, kind: 'status', status: 429, headers: { 'retry-after': '2' } })
  const soon = call('/roller/products', 'patient')
  await until(() => roller.requests.some(({ url }) => url === '/products'))
  roller.faults.next({ path: /^\/discounts/, kind: 'status', status: 429, headers: { 'retry-after': '50' } })
  const late = [call('/roller/discounts/1', 'demo-venue')]
  await untilAsync(
    async () => (await (await fetch(`${url}/connections/demo-venue/rate-limits`)).json() as { coolingOff: number }).coolingOff > 0
  )
  late.push(call('/roller/bookings/1', 'demo-venue'))
  await untilAsync(async () => (await (await fetch(`${url}/metrics`)).text()).includes('roller_rate_limit_waiting{limit="rest"} 3\n'))
  service.child.kill('SIGTERM')
  t.same(await soon, [200, 'served', null])
  for (const response of await Promise.all(late)) t.same(response, [503, 'ROLLER_ERR_CLOSING', '1'])
  t.equal(await service.exited, 0)
})

test('finishes a download in flight', async (t) => {
  const { nango } = await startSimulators(t)
  const service = startProcess(t, { PORT: '0', NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url, LOG_LEVEL: 'warn' })
  const url = await service.url()
  const response = await fetch(`${url}/roller/sandbox/bytes/30000000?chunked=1`, { headers: VENUE })
  service.child.kill('SIGTERM')
  await untilAsync(async () => await fetch(`${url}/health`, { headers: { connection: 'close' } }).then(() => false, () => true))
  t.equal((await response.arrayBuffer()).byteLength, 30_000_000)
  t.equal(await service.exited, 0)
})

async function untilAsync (condition: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 1000 && !await condition(); turn++) await new Promise((resolve) => { setTimeout(resolve, 10) })
}
