/** What Fastify itself takes when a plugin is registered, and what the app already has. */
import Fastify from 'fastify'
import roller from 'fastify-roller'
import { test } from '../support/tap.ts'
import { build } from '../support/build.ts'

const options = { nango: { secretKey: 'x' }, authorize: 'open' } as const

test('prefix, logLevel and logSerializers apply to the plugin\'s routes only', async (t) => {
  const lines: { level: number, req?: unknown }[] = []
  const { app } = await build(t, {
    options: {
      prefix: '/api', logLevel: 'warn', logSerializers: { req: () => 'hidden' }, onRequest: async ({ log, raw }) => log.warn({ req: raw })
    },
    server: { logger: { level: 'info', stream: { write: (line: string) => { lines.push(JSON.parse(line) as never) } } } },
    host: (app) => { app.get('/own', async () => 'own') }
  })
  await app.inject('/own')
  t.ok(lines.some(({ level, req }) => level === 30 && typeof req === 'object'), 'the host\'s own route')
  lines.length = 0
  await app.inject('/api/connections')
  t.same(lines.map(({ level, req }) => ({ level, req })), [{ level: 40, req: 'hidden' }])
})

test('an app whose own decorator has the name roller gets an error that says so', async (t) => {
  for (const taken of [{ mine: true }, null, 'roller']) {
    const app = Fastify()
    t.teardown(() => app.close())
    app.decorate('roller', taken as never)
    const expected = { code: 'ROLLER_ERR_OPTIONS', message: /already has a decorator named roller/ }
    await t.rejects(async () => { await app.register(roller, options) }, expected)
  }
})
