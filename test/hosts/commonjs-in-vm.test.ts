/** Jest evaluates CommonJS with node:vm, where a dynamic import needs a flag of Node.js. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Script } from 'node:vm'
import type Roller from 'fastify-roller'
import type * as Sandbox from 'roller-sandbox'
import Fastify from 'fastify'
import { test } from '../support/tap.ts'

type Wrapper = (module: { exports: unknown }, exports: unknown, load: NodeJS.Require) => void

function evaluate (name: string): unknown {
  const file = createRequire(import.meta.url).resolve(name)
  const module = { exports: {} }
  const script = new Script(`(function (module, exports, require) {${readFileSync(file, 'utf8')}\n})`, { filename: file })
  ;(script.runInThisContext() as Wrapper)(module, module.exports, createRequire(file)) // the function above
  return module.exports
}

test('the plugin and the sandbox work where only CommonJS can be loaded', async (t) => {
  const roller = evaluate('fastify-roller') as typeof Roller // its CommonJS form is the plugin itself
  const { startSandbox } = evaluate('roller-sandbox') as typeof Sandbox
  const sandbox = await startSandbox()
  const app = Fastify()
  t.teardown(async () => { await app.close(); await sandbox.close() })
  const nango = { secretKey: sandbox.secretKey, host: sandbox.nango.url }
  await app.register(roller, { nango, rollerBaseUrl: sandbox.roller.url, authorize: 'open' })
  const response = await app.inject({ url: '/roller/venues/me', headers: { 'connection-id': sandbox.connectionId } })
  t.equal(response.statusCode, 200, response.body)
  t.equal((await app.inject('/connections')).statusCode, 200)
})
