/** fastify-roller as it is published adds little to a Fastify app, and works there as a module, in CommonJS and in a bundle. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import tap, { test } from '../support/tap.ts'
import { startSandbox } from 'roller-sandbox'
import { install, pack, ROOT, run, SHELL, temporaryFolder } from './packed.ts'

tap.setTimeout(300_000) // npm installs, and the machine may be busy

/** The oldest that it works with, so that npm would install a second Fastify if the package required a newer one. */
const OLDEST_FASTIFY = '5.0.0'
const MAX_PACKAGES = 45
const MAX_MEGABYTES = 12
const ALLOWED = /^(dist\/[\w./-]+\.(c?js|d\.c?ts)|dist\/openapi\.json|package\.json|README\.md|LICENSE)$/

/** Everything that the plugin serves and runs, of which some was once looked for beside its source. */
const USE = `
const app = Fastify()
const { NANGO_SECRET_KEY: secretKey = '', NANGO_HOST: host = '', ROLLER_BASE_URL: rollerBaseUrl = '' } = process.env
const main = async () => {
  await app.register(roller, { nango: { secretKey, host }, rollerBaseUrl, authorize: 'open', connectPage: true })
  await app.ready()
  const venue = await app.roller.request('GET /venues/me', { connectionId: 'demo-venue' })
  const call = await app.inject({ url: '/roller/venues/me', headers: { 'connection-id': 'demo-venue' } })
  const page = (await app.inject('/connect')).body
  const files = [...page.matchAll(/(?:src|href)="(connect\\/[^"]+)"/g)].map(([, path]) => '/' + path)
  const statuses = await Promise.all(files.map(async (url) => (await app.inject(url)).statusCode))
  console.log(JSON.stringify([venue.name, call.statusCode, addDays('2026-12-31', 1), ...statuses]))
  await app.close()
}
main()
`
const MODULE = `import Fastify from 'fastify'
import roller from 'fastify-roller'
import { addDays } from 'fastify-roller/time'
${USE}`
const COMMONJS = `const Fastify = require('fastify')
const roller = require('fastify-roller')
const { addDays } = require('fastify-roller/time')
${USE}`
/** Fastify itself is CommonJS, and a bundle of modules has no require. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)"

test('works as a packed plugin in an empty folder', async (t) => {
  const folder = temporaryFolder(t)
  const { plugin: { file, paths, unpackedSize } } = await pack(folder, 'plugin')
  t.same(paths.filter((path) => !ALLOWED.test(path)), [], 'nothing but what is published')
  for (const path of ['dist/index.js', 'dist/index.d.ts', 'dist/openapi.json', 'README.md', 'LICENSE']) t.ok(paths.includes(path), path)
  t.ok(unpackedSize < 4_000_000, `${unpackedSize} bytes unpacked`)

  const home = join(folder, 'home')
  mkdirSync(home)
  const host = await install(home, '--save-exact', `fastify@${OLDEST_FASTIFY}`)
  const all = await install(home, file)
  const [packages, megabytes] = [all.packages - host.packages, (all.bytes - host.bytes) / 1_000_000]
  t.ok(packages <= MAX_PACKAGES, `${packages} packages beside the host's own Fastify`)
  t.ok(megabytes <= MAX_MEGABYTES, `${megabytes.toFixed(1)} MB beside the host's own Fastify`)
  t.notOk(existsSync(join(home, 'node_modules/fastify-roller/node_modules/fastify')), 'no second Fastify')

  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const env = { ...SHELL, NANGO_SECRET_KEY: sandbox.secretKey, NANGO_HOST: sandbox.nango.url, ROLLER_BASE_URL: sandbox.roller.url }
  const works = async (name: string, cwd: string, ...command: readonly string[]): Promise<void> => {
    await t.test(name, async (t) => {
      const { stdout } = await run(process.execPath, command, { cwd, env })
      t.same((JSON.parse(stdout) as unknown[]).slice(1), [200, '2027-01-01', 200, 200], stdout)
    })
  }
  const sources = { 'app.mjs': MODULE, 'app.cjs': COMMONJS, 'app.ts': MODULE }
  for (const [name, source] of Object.entries(sources)) writeFileSync(join(home, name), source)
  await works('as a module', home, 'app.mjs')
  await works('in CommonJS', home, 'app.cjs')
  await works('by tsx', home, join(ROOT, 'node_modules/tsx/dist/cli.mjs'), 'app.ts')

  const bundles = join(folder, 'bundles') // no package is found from there
  const kinds = [['app.mjs', 'esm', 'esm.mjs'], ['app.mjs', 'cjs', 'cjs.cjs'], ['app.cjs', 'cjs', 'required.cjs']] as const
  for (const [entry, format, out] of kinds) {
    const options = { bundle: true, platform: 'node', format, banner: format === 'esm' ? { js: REQUIRE } : {}, logLevel: 'error' } as const
    await build({ entryPoints: [join(home, entry)], outfile: join(bundles, out), ...options })
    await works(`${entry}, bundled by esbuild as ${format}`, bundles, out)
  }
})
