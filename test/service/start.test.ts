/** The process as people start it: it says where it is, its curl line works when pasted, and what is wrong with the configuration. */
import { execFile } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { test } from 'tap'
import { startProcess } from './fixture.ts'

const sh = (line: string): Promise<string> => new Promise((resolve, reject) => {
  execFile('/bin/sh', ['-c', line], (error, stdout) => { if (error === null) resolve(stdout); else reject(error) })
})

test('the banner names a sandbox, and its lines work', async (t) => {
  const service = startProcess(t, { PORT: '0', LOG_LEVEL: 'warn' })
  const url = await service.url()
  t.match(service.stdout(), /SANDBOX/)
  const line = /^ *(curl .*)$/m.exec(service.stdout())?.[1] ?? ''
  t.match(JSON.parse(await sh(`${line} -sS`)), { name: String, timezone: /\// }, 'pasted as it is')
  t.match(line, `${url}/roller/venues/me`)
  for (const path of ['/docs', '/openapi.json', '/health', '/ready']) {
    t.match(service.stdout(), url + path)
    t.equal((await fetch(url + path)).status, 200, path)
  }
  t.equal(service.stderr(), '')
})

test('with keys the line says where one goes, and works with it', async (t) => {
  const key = 'canary-key-of-a-caller-5521'
  const service = startProcess(t, { PORT: '0', API_KEYS: key, LOG_LEVEL: 'warn' })
  await service.url()
  const line = /^ *(curl .*)$/m.exec(service.stdout())?.[1] ?? ''
  t.notMatch(service.stdout(), key)
  t.match(JSON.parse(await sh(`${line} -sS`)), { status: 401 })
  t.match(JSON.parse(await sh(`${line.replace('<one of API_KEYS>', key)} -sS`)), { name: String })
})

test('a configuration that cannot be ends the process with a message and no stack', async (t) => {
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

test('a port in use is said', async (t) => {
  const holder = createServer()
  await new Promise<void>((resolve) => { holder.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => holder.close())
  const { port } = holder.address() as AddressInfo
  const service = startProcess(t, { PORT: String(port) })
  t.equal(await service.exited, 1)
  t.match(service.stderr(), `Port ${port} is in use. Set PORT to another one.`)
  t.notMatch(service.stderr(), /^ +at /m)
})
