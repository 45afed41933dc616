/** A service that cannot start prints the reason, and exits with 1. */
import { createServer, type AddressInfo } from 'node:net'
import tap, { test } from '../support/tap.ts'
import { startProcess } from './fixture.ts'

tap.setTimeout(120_000) // starting a process is slow on a busy machine

test('exits with a message and no stack for an invalid configuration', async (t) => {
  const services = [
    startProcess(t, { PORT: 'canary-x', NANGO_HOST: 'canary-y', HOST: '0.0.0.0' }),
    startProcess(t, { NODE_ENV: 'production' }),
    startProcess(t, { NANGO_SECRET_KEY: 'canary-k', NANGO_HOST: 'http://[canary-z', PORT: '0' })
  ]
  t.same(await Promise.all(services.map(({ exited }) => exited)), [1, 1, 1])
  const [faults, production, host] = services.map((service) => service.stderr())
  for (const name of ['PORT', 'NANGO_HOST', 'HOST']) t.match(faults, `\n  - ${name} `)
  t.match(production, /NANGO_SECRET_KEY is missing/)
  t.match(host, /NANGO_HOST/)
  for (const service of services) {
    t.notMatch(service.stderr(), /^ +at /m, 'no stack')
    t.notMatch(service.stderr() + service.stdout(), 'canary')
  }
})

test('reports a port in use', async (t) => {
  const holder = createServer()
  await new Promise<void>((resolve) => { holder.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => holder.close())
  const { port } = holder.address() as AddressInfo
  const service = startProcess(t, { PORT: String(port) })
  t.equal(await service.exited, 1)
  t.match(service.stderr(), `Port ${port} is in use. Set PORT to another one.`)
  t.notMatch(service.stderr(), /^ +at /m)
})
