/** The published fastify-roller adds little to a Fastify app, and works there as a module and by its types. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tap, { test } from '../support/tap.ts'
import ts from 'typescript'
import { startSandbox } from 'roller-sandbox'
import { install, pack, ROOT, run, SHELL, temporaryFolder } from './packed.ts'

tap.setTimeout(300_000) // npm installs, and the machine may be busy

const MAX_PACKAGES = 45
const MAX_MEGABYTES = 12
const ALLOWED = /^(dist\/[\w./-]+\.(js|d\.ts|lua|css|html)|dist\/openapi\.json|package\.json|README\.md|LICENSE)$/

const APP = `import Fastify from 'fastify'
import roller, { type Venue } from 'fastify-roller'
import { addDays } from 'fastify-roller/time'

const app = Fastify()
const { NANGO_SECRET_KEY: secretKey = '', NANGO_HOST: host = '', ROLLER_BASE_URL: rollerBaseUrl = '' } = process.env
await app.register(roller, { nango: { secretKey, host }, rollerBaseUrl, authorize: 'open' })
await app.ready()
const venue = await app.roller.request('GET /venues/me', { connectionId: 'demo-venue' })
const { statusCode } = await app.inject({ url: '/roller/venues/me', headers: { 'connection-id': 'demo-venue' } })
console.log(JSON.stringify([venue.name, statusCode, addDays('2026-12-31', 1)]))
await app.close()
export type Zone = Venue['timeZone']
`
const WRONG = "\n// @ts-expect-error there is no such operation\nawait app.roller.request('GET /nothing', { connectionId: 'x' })\n"

test('works as a packed plugin in an empty folder', async (t) => {
  const folder = temporaryFolder(t)
  const { plugin: { file, paths, unpackedSize } } = await pack(folder, 'plugin')
  t.same(paths.filter((path) => !ALLOWED.test(path)), [], 'nothing but what is published')
  for (const path of ['dist/index.js', 'dist/index.d.ts', 'dist/openapi.json', 'README.md', 'LICENSE']) t.ok(paths.includes(path), path)
  t.ok(unpackedSize < 4_000_000, `${unpackedSize} bytes unpacked`)

  const home = join(folder, 'home')
  mkdirSync(home)
  const host = await install(home, 'fastify@5')
  const all = await install(home, file)
  const [packages, megabytes] = [all.packages - host.packages, (all.bytes - host.bytes) / 1_000_000]
  t.ok(packages <= MAX_PACKAGES, `${packages} packages beside the host's own Fastify`)
  t.ok(megabytes <= MAX_MEGABYTES, `${megabytes.toFixed(1)} MB beside the host's own Fastify`)

  await t.test('as a module', async (t) => {
    const sandbox = await startSandbox()
    t.teardown(() => sandbox.close())
    writeFileSync(join(home, 'app.js'), ts.transpile(APP, { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }))
    const env = { ...SHELL, NANGO_SECRET_KEY: sandbox.secretKey, NANGO_HOST: sandbox.nango.url, ROLLER_BASE_URL: sandbox.roller.url }
    const { stdout } = await run(process.execPath, ['app.js'], { cwd: home, env })
    t.same((JSON.parse(stdout) as unknown[]).slice(1), [200, '2027-01-01'], stdout)
  })

  await t.test('by its types', async (t) => {
    const source = join(home, 'app.ts')
    writeFileSync(source, APP + WRONG)
    const program = ts.createProgram([source], {
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      strict: true,
      skipLibCheck: true,
      noEmit: true,
      lib: ['lib.es2023.d.ts'],
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules/@types')]
    })
    const app = program.getSourceFile(source) // declarations of its packages are not checked, as with skipLibCheck
    const faults = [
      ...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics(), ...program.getSyntacticDiagnostics(app),
      ...program.getSemanticDiagnostics(app)
    ]
    t.ok(app !== undefined)
    t.same(faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')), [])
  })
})
