/** The process prints its address at the start, and its curl line works when pasted. */
import { execFile } from 'node:child_process'
import tap, { test } from '../support/tap.ts'
import { SECRET_KEY, startSimulators } from '../support/build.ts'
import { startProcess, until } from './fixture.ts'

tap.setTimeout(120_000) // starting a process is slow on a busy machine

const sh = (line: string): Promise<string> => new Promise((resolve, reject) => {
  execFile('/bin/sh', ['-c', line], (error, stdout) => { if (error === null) resolve(stdout); else reject(error) })
})

test('names the sandbox, with working commands', async (t) => {
  const service = startProcess(t, { PORT: '0', LOG_LEVEL: 'warn' })
  const url = await service.url()
  t.match(service.stdout(), /SANDBOX/)
  const line = /^ *(curl .*)$/m.exec(service.stdout())?.[1] ?? ''
  t.match(JSON.parse(await sh(`${line} -sS`)), { name: String }, 'pasted as it is')
  t.match(line, `${url}/roller/venues/me`)
  for (const path of ['/docs', '/openapi.json', '/health', '/ready']) {
    t.match(service.stdout(), url + path)
    t.equal((await fetch(url + path)).status, 200, path)
  }
  t.equal(service.stderr(), '')
})

test('has the place for a key if keys are configured, and works with it', async (t) => {
  const key = 'canary-key-of-a-caller-5521'
  const service = startProcess(t, { PORT: '0', API_KEYS: key, LOG_LEVEL: 'warn' })
  await service.url()
  const line = /^ *(curl .*)$/m.exec(service.stdout())?.[1] ?? ''
  t.notMatch(service.stdout(), key)
  t.match(JSON.parse(await sh(`${line} -sS`)), { status: 401 })
  t.match(JSON.parse(await sh(`${line.replace('<one of API_KEYS>', key)} -sS`)), { name: String })
})

test('is replaced by JSON lines in production, one of which has the address', async (t) => {
  const { nango } = await startSimulators(t)
  const service = startProcess(t, { PORT: '0', NODE_ENV: 'production', NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url })
  await until(() => service.stdout().includes('Server listening'))
  service.child.kill('SIGTERM')
  t.equal(await service.exited, 0)
  const lines = service.stdout().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line))
  t.ok(lines.some(({ msg }) => /Server listening at http:\/\/127\.0\.0\.1:\d+/.test(msg)))
  t.equal(service.stderr(), '')
})
