/**
 * The published roller-sandbox works in an empty folder as the test double of an app; and so does roller-sidecar with its bundled sandbox.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tap, { test } from '../support/tap.ts'
import { install, pack, ROOT, run, SHELL, temporaryFolder } from './packed.ts'

tap.setTimeout(300_000) // npm installs, and the machine may be busy

const ALLOWED = /^(bin\.mjs|dist\/[\w./-]+\.(c?js|d\.c?ts|css|html)|package\.json|README\.md|LICENSE)$/
/** Configured by the test alone: a developer's real key would disable the sandbox. */
const ENVIRONMENT = { PATH: process.env.PATH, HOME: process.env.HOME, npm_config_cache: process.env.npm_config_cache, LOG_LEVEL: 'silent' }

const USE = `
const main = async () => {
  const sandbox = await startSandbox()
  const headers = { authorization: 'Bearer ' + sandbox.secretKey, 'provider-config-key': 'roller', 'connection-id': 'demo-venue' }
  const response = await fetch(sandbox.nango.url + '/proxy/venues/me', { headers })
  const page = await (await fetch(sandbox.nango.connectUiUrl)).text()
  console.log(response.status, typeof (await response.json()).name, page.includes('<html'))
  await sandbox.close()
}
main()
`
/** Jest before Node.js 24.9, and so ts-jest and a Nest app's own tests, load CommonJS only, whatever Node.js itself can require. */
const PROGRAMS = {
  'program.mjs': `import { startSandbox } from 'roller-sandbox'${USE}`,
  'program.cjs': `if (!/[.]cjs$/.test(require.resolve('roller-sandbox'))) throw new Error('not CommonJS')
const { startSandbox } = require('roller-sandbox')${USE}`
}

test('the packed sandbox and the packed service work in an empty folder', async (t) => {
  const folder = temporaryFolder(t)
  const { plugin, sandbox, service } = await pack(folder, 'plugin', 'sandbox', 'service')
  for (const { paths } of [sandbox, service]) t.same(paths.filter((path) => !ALLOWED.test(path)), [], 'nothing but what is published')
  const home = join(folder, 'home')
  mkdirSync(home)
  await install(home, sandbox.file)
  for (const [name, program] of Object.entries(PROGRAMS)) {
    writeFileSync(join(home, name), program)
    t.equal((await run(process.execPath, [name], { cwd: home, env: SHELL })).stdout, '200 string true\n', name)
  }
  await install(home, plugin.file, service.file)

  const { version } = JSON.parse(readFileSync(join(ROOT, 'service/package.json'), 'utf8')) as { version: string }
  t.equal((await run('node_modules/.bin/roller-sidecar', ['--version'], { cwd: home, env: ENVIRONMENT })).stdout.trim(), version)

  const child = spawn(
    'node_modules/.bin/roller-sidecar', [], { cwd: home, env: { ...ENVIRONMENT, PORT: '0' }, stdio: ['ignore', 'pipe', 'pipe'] }
  )
  const ended = new Promise<number | null>((resolve) => { child.once('close', resolve) })
  t.teardown(async () => { child.kill('SIGKILL'); await ended })
  const url = await new Promise<string>((resolve, reject) => {
    let output = ''
    const read = (chunk: Buffer): void => {
      output += chunk.toString()
      const found = /running at (http:\S+) on its SANDBOX/.exec(output)?.[1]
      if (found !== undefined) resolve(found)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('close', () => reject(new Error(`the service ended: ${output}`)))
  })
  const get = async (path: string, headers = {}): Promise<{ status: number, body: string }> => {
    const response = await fetch(url + path, { headers })
    return { status: response.status, body: await response.text() }
  }
  t.match(await get('/roller/venues/me', { 'connection-id': 'demo-venue' }), { status: 200, body: '"name"' })
  t.match(await get('/roller/bookings?keywords=smith', { 'connection-id': 'demo-venue' }), { status: 200, body: 'bookingReference' })
  t.match(await get('/ready'), { status: 200 })
  t.match(await get('/docs/'), { status: 200, body: 'swagger-ui' })
  const page = await get('/connect')
  t.equal(page.status, 200)
  const assets = [...page.body.matchAll(/(?:src|href)="(connect\/[^"]+)"/g)].map(([, path]) => path ?? '')
  t.ok(assets.length >= 2, `the connect page has ${assets.length} files`)
  for (const path of assets) t.match(await get(`/${path}`), { status: 200, body: /.{100}/s }, path)
  child.kill('SIGTERM')
  t.equal(await ended, 0, 'it ends with 0')
})
