/** Traces that the collector does not accept are logged, once for each cause, without its response. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import tap, { test } from '../support/tap.ts'
import { startProcess, until } from './fixture.ts'

tap.setTimeout(120_000) // starting a process is slow on a busy machine

test('logs a failed export once, until one succeeds', async (t) => {
  const statuses: number[] = []
  let status = 400 // not repeated by OpenTelemetry
  const collector = createServer((request, response) => {
    request.resume().on('end', () => {
      statuses.push(status)
      response.writeHead(status, { 'content-type': 'application/json' }).end(status === 200 ? '{}' : '{"message":"canary-response"}')
    })
  })
  await new Promise<void>((resolve) => { collector.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { collector.closeAllConnections(); collector.close() })
  const { port } = collector.address() as AddressInfo // of a TCP server
  const service = startProcess(t, {
    PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_BSP_SCHEDULE_DELAY: '50'
  })
  const url = await service.url()
  const warnings = (): string[] => service.stdout().split('\n').filter((line) => line.includes('traces cannot be exported'))
  const exportMore = async (times: number): Promise<void> => {
    const wanted = statuses.length + times
    while (statuses.length < wanted) await (await fetch(`${url}/roller/venues/me`, { headers: { 'connection-id': 'demo-venue' } })).text()
  }
  await exportMore(3)
  await until(() => warnings().length > 0)
  t.match(JSON.parse(warnings()[0] ?? ''), { level: 40, reason: '400' })
  await exportMore(2)
  status = 200
  await exportMore(2)
  status = 400
  await exportMore(2)
  await until(() => warnings().length > 1)
  service.child.kill('SIGTERM')
  t.equal(await service.exited, 0)
  t.equal(warnings().length, 2, 'one for each outage')
  t.notMatch(service.stdout(), 'canary-response')
})
