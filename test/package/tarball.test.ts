/**
 * What is published: the tarball holds what it should and nothing private, is installed into an empty folder, and works there as a program, as a
 * module and by its types. One test, because packing and installing take most of a minute.
 */
import { execFile, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import tap, { test } from '../support/tap.ts'
import ts from 'typescript'

const MINUTE = 60_000
tap.setTimeout(10 * MINUTE) // packing compiles everything, and the machine may be busy

const run = promisify(execFile)
const root = fileURLToPath(new URL('.', import.meta.resolve('#root/package.json')))
/** What no checkout has. */
const NOT_COPIED = new Set(['node_modules', '.git', 'dist', '.cache', '.tap'])
/** Bytes. Well above what it is; a fault that packs a folder too much is far above. */
const MAX_PACKED = 1_000_000
const MAX_UNPACKED = 4_000_000
const ALLOWED = /^(dist\/(plugin|service)\/[\w./-]+\.(js|d\.ts|lua)|docs\/[\w-]+\.md|openapi\/openapi\.json|package\.json|README\.md|CHANGELOG\.md|LICENSE)$/

/** As in a shell of somebody's own: what npm hands to programs it runs is this repository's configuration, engine-strict among it. */
const SHELL = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_package_|npm_lifecycle_|npm_config_(engine_strict|local_prefix)|INIT_CWD)/i.test(name)))
/** Configured by the test alone: the keys of whoever runs it must not turn the sandbox off. */
const SANDBOX = { PATH: process.env.PATH, HOME: process.env.HOME, npm_config_cache: process.env.npm_config_cache, LOG_LEVEL: 'silent' }

function sizeOf (folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce((sum, entry) => entry.isFile() ? sum + statSync(join(entry.parentPath, entry.name)).size : sum, 0)
}

test('the packed tarball works in an empty folder', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tarball-'))
  t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })

  // A copy: packing empties dist, which other tests read.
  const source = join(folder, 'source')
  cpSync(root, source, { recursive: true, filter: (path) => !NOT_COPIED.has(basename(path)) })
  symlinkSync(join(root, 'node_modules'), join(source, 'node_modules'))
  const packed = await run('npm', ['pack', '--json', '--silent'], { cwd: source, env: SHELL, maxBuffer: 10_000_000 })
  const [{ filename, size, unpackedSize, files }] = JSON.parse(packed.stdout) as [{ filename: string, size: number, unpackedSize: number, files: { path: string }[] }]
  const paths = files.map(({ path }) => path)
  t.same(paths.filter((path) => !ALLOWED.test(path)), [], 'nothing but what is published')
  for (const path of ['dist/plugin/index.js', 'dist/plugin/index.d.ts', 'dist/service/main.js', 'openapi/openapi.json', 'README.md', 'LICENSE']) t.ok(paths.includes(path), path)
  t.ok(size < MAX_PACKED, `${size} bytes packed`)
  t.ok(unpackedSize < MAX_UNPACKED, `${unpackedSize} bytes unpacked`)

  const home = join(folder, 'home')
  mkdirSync(home)
  writeFileSync(join(home, 'package.json'), '{ "name": "somebody", "private": true, "type": "module" }\n')
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', join(source, filename)], { cwd: home, env: SHELL })

  const tree = JSON.parse(readFileSync(join(home, 'node_modules/.package-lock.json'), 'utf8')) as { packages: object }
  const [count, megabytes] = [Object.keys(tree.packages).length, sizeOf(join(home, 'node_modules')) / 1_000_000]
  const said = /(\d+) packages, (\d+) MB/.exec(readFileSync(join(root, 'README.md'), 'utf8').split('<!-- size -->')[1] ?? '')
  t.ok(Math.abs(Number(said?.[1]) - count) <= 10, `${count} packages, and the README says ${said?.[1] ?? 'nothing'}`)
  t.ok(Math.abs(Number(said?.[2]) - megabytes) <= 8, `${Math.round(megabytes)} MB, and the README says ${said?.[2] ?? 'nothing'}`)

  const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version
  for (const name of ['fastify-roller', 'roller-sidecar']) {
    t.equal((await run('npx', ['--no-install', name, '--version'], { cwd: home, env: SANDBOX })).stdout.trim(), version, `npx ${name}`)
  }

  const service = spawn('node_modules/.bin/fastify-roller', [], { cwd: home, env: { ...SANDBOX, PORT: '0' }, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<number | null>((resolve) => { service.once('close', resolve) })
  t.teardown(async () => { service.kill('SIGKILL'); await ended })
  const url = await new Promise<string>((resolve, reject) => {
    let output = ''
    const read = (chunk: Buffer): void => {
      output += chunk.toString()
      const found = /running at (http:\S+) on its SANDBOX/.exec(output)?.[1]
      if (found !== undefined) resolve(found)
    }
    service.stdout.on('data', read)
    service.stderr.on('data', read)
    service.once('close', () => reject(new Error(`the service ended: ${output}`)))
  })
  const get = async (path: string, headers = {}): Promise<{ status: number, body: string }> => {
    const answer = await fetch(url + path, { headers })
    return { status: answer.status, body: await answer.text() }
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
  // Nango's own client, which the page loads by itself.
  t.match(await get(`/${(assets[0] ?? '').replace(/[^/]+$/, 'index.js')}`), { status: 200, body: 'class Nango' })
  service.kill('SIGTERM')
  t.equal(await ended, 0, 'it ends well')

  writeFileSync(join(home, 'app.ts'), "import Fastify from 'fastify'\nimport roller, { type Venue } from 'fastify-roller'\n\nconst app = Fastify()\n" +
    "await app.register(roller, { nango: { secretKey: 'x' }, authorize: 'open' })\n" +
    "export const name: Promise<string | undefined> = app.roller.request('GET /venues/me', { connectionId: 'x' }).then((venue) => venue.name)\n" +
    "export type Zone = Venue['timeZone']\n// @ts-expect-error there is no such operation\nawait app.roller.request('GET /nothing', { connectionId: 'x' })\n")
  const program = ts.createProgram([join(home, 'app.ts')], {
    module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, strict: true, skipLibCheck: true, noEmit: true, types: [], typeRoots: [join(root, 'node_modules/@types')]
  })
  t.same(ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')), [], 'its types are right for who embeds it')
})
