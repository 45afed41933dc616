/**
 * The packed plugin compiles in hosts as they are: old and new versions of Fastify and of TypeScript, every kind of module, with
 * TypeScript's own default for declarations of packages (`skipLibCheck: false`) and the strictest settings.
 */
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tap, { test } from '../support/tap.ts'
import { blocksOf } from '../docs/blocks.ts'
import { tsc } from '../support/tsc.ts'
import { pack, ROOT, run, temporaryFolder } from './packed.ts'

tap.setTimeout(300_000) // four compilations, and the machine may be busy

/** README's example, and the snippets of the embedding guide. */
const MODULES = ['README.md', 'docs/embedding.md'].flatMap(blocksOf).filter(({ language, notRun }) => language === 'ts' && notRun === null)
  .map(({ declares, code }) => `${declares ?? ''};export {}\n${code}`)

const COMMONJS = `import Fastify = require('fastify')
import roller, { isRollerError, RollerError, type RollerOptions, type Venue } from 'fastify-roller'
import { addDays } from 'fastify-roller/time'

const options: RollerOptions = { nango: { secretKey: 'x' }, authorize: 'open' }
const app = Fastify()
app.register(roller, options).after(() => {
  app.roller.on('connection.created', async ({ connectionId }) => { console.log(connectionId) })
})
app.addHook('onRequest', async (request, reply) => {
  if (request.routeOptions.config.roller?.auth === 'caller') return reply.code(401).send(request.rollerCall?.operation)
})
export const error: unknown = new RollerError('ROLLER_ERR_PATH')
export const code = isRollerError(error) ? error.code : addDays('2026-12-31', 1)
export type Zone = Venue['timeZone']
// @ts-expect-error there is no such operation
export const wrong = (): unknown => app.roller.request('GET /nothing', { connectionId: 'x' })
`

/** What a service class of an app returns: with `declaration`, the compiler names the type of each, which the package must export. */
const WRAPPER = `import type { FastifyInstance } from 'fastify'
import 'fastify-roller'

export const wrap = ({ roller }: FastifyInstance) => ({ connections: roller.connections, webhooks: roller.webhooks })
export const bind = ({ roller }: FastifyInstance) => ({
  on: roller.on, request: roller.request, paginate: roller.paginate, bulkExport: roller.bulkExport, estimate: roller.estimateBulkExport,
  session: roller.createSession, reconnect: roller.createReconnectSession, check: roller.check, rateLimits: roller.rateLimits,
  pool: roller.pool, checkGateway: roller.checkGateway, rights: roller.checkKeyRights, integration: roller.integration,
  list: roller.connections.list, get: roller.connections.get, create: roller.connections.create, update: roller.connections.update,
  subscribe: roller.webhooks.subscribe, subscriptions: roller.webhooks.list
})
`

/** The same for what the helpers of an app's tests return. */
const TEST_HELPERS = `import { startSandbox } from 'roller-sandbox'

export const start = async () => {
  const { nango, roller, connectVenue, ...sandbox } = await startSandbox()
  return { nango: { ...nango }, roller: { ...roller }, connectVenue, venue: connectVenue().venue, ...sandbox }
}
`

/** From the oldest host to the newest. */
const HOSTS: readonly (readonly [string, Parameters<typeof tsc>[1], fastify: string, 'commonjs' | 'module', compilerOptions: object])[] = [
  ['Fastify 5.0.0, nodenext', 'typescript', 'fastify-5.0.0', 'module', { module: 'nodenext' }],
  ['Fastify 5.6.2, node16, CommonJS', 'typescript', 'fastify-5.6.2', 'commonjs', { module: 'node16' }],
  ['the newest Fastify, bundler', 'typescript-7', 'fastify', 'module', { module: 'esnext', moduleResolution: 'bundler' }],
  ['the newest Fastify, node18, CommonJS', 'typescript-7', 'fastify', 'commonjs', { module: 'node18' }]
]

test('the packed plugin compiles in hosts', async (t) => {
  const folder = temporaryFolder(t)
  const packed = await pack(folder, 'plugin', 'sandbox')
  for (const name of ['plugin', 'sandbox'] as const) {
    mkdirSync(join(folder, name))
    await run('tar', ['xzf', packed[name].file, '--strip-components', '1', '-C', join(folder, name)])
  }

  for (const [index, [name, typescript, fastify, type, options]] of HOSTS.entries()) {
    await t.test(name, async (t) => {
      const home = join(folder, `host-${index}`)
      const modules = join(home, 'node_modules')
      mkdirSync(join(modules, '@sinclair'), { recursive: true })
      cpSync(join(folder, 'plugin'), join(modules, 'fastify-roller'), { recursive: true })
      cpSync(join(folder, 'sandbox'), join(modules, 'roller-sandbox'), { recursive: true })
      symlinkSync(join(ROOT, 'node_modules', fastify), join(modules, 'fastify'))
      // What npm installs with the plugin, as far as its declarations mention it. Nango's client is not among it.
      for (const name of ['@sinclair/typebox', 'undici']) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
      writeFileSync(join(home, 'package.json'), JSON.stringify({ type }))
      const sources = [TEST_HELPERS, ...(type === 'commonjs' ? [COMMONJS] : [WRAPPER, ...MODULES])]
      for (const [index, source] of sources.entries()) writeFileSync(join(home, `app-${index}.ts`), source)
      const compilerOptions = {
        target: 'es2022',
        lib: ['es2022'], // a server has no DOM
        strict: true,
        exactOptionalPropertyTypes: true,
        isolatedModules: true,
        esModuleInterop: true,
        noEmit: true,
        declaration: true,
        types: ['node'],
        typeRoots: [join(ROOT, 'node_modules/@types')],
        ...options
      }
      writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
      const { errors, files } = await tsc(home, typescript)
      t.same(errors, [])
      t.ok(files.some((file) => /\/fastify-roller\/dist\/index\.d\.c?ts$/.test(file)), 'finds the types')
      t.ok(files.some((file) => /\/fastify[^/]*\/fastify\.d\.ts$/.test(file)), 'finds those of Fastify')
    })
  }
})
