/** roller-sandbox as it is published works in an empty folder, as the test double of an app. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tap, { test } from '../support/tap.ts'
import { install, pack, run, SHELL, temporaryFolder } from './packed.ts'

tap.setTimeout(300_000) // npm installs, and the machine may be busy

const ALLOWED = /^(dist\/[\w./-]+\.(js|d\.ts|css|html)|package\.json|README\.md|LICENSE)$/

const PROGRAM = `import { startSandbox } from 'roller-sandbox'
const sandbox = await startSandbox()
const headers = { authorization: 'Bearer ' + sandbox.secretKey, 'provider-config-key': 'roller', 'connection-id': 'demo-venue' }
const response = await fetch(sandbox.nango.url + '/proxy/venues/me', { headers })
console.log(response.status, typeof (await response.json()).name)
await sandbox.close()
`

test('the packed sandbox works in an empty folder', async (t) => {
  const folder = temporaryFolder(t)
  const { file, paths } = await pack(folder, 'sandbox')
  t.same(paths.filter((path) => !ALLOWED.test(path)), [], 'nothing but what is published')
  const home = join(folder, 'home')
  mkdirSync(home)
  await install(home, file)
  writeFileSync(join(home, 'program.js'), PROGRAM)
  t.equal((await run(process.execPath, ['program.js'], { cwd: home, env: SHELL })).stdout, '200 string\n')
})
