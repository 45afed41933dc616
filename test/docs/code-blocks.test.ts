/** Every code block of the documents works: commands run against the sandbox, programs are type-checked, and complete ones run. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import tap, { test } from '../support/tap.ts'
import { freePort } from '../support/free-port.ts'
import ts from 'typescript'
import { startSource } from '../examples/program.ts'
import { startProcess } from '../service/fixture.ts'
import { SECRET_KEY, startSimulators } from '../support/build.ts'
import { tsc } from '../support/tsc.ts'
import { blocksOf, documents, ROOT, type Block } from './blocks.ts'

tap.setTimeout(300_000) // starting processes is slow on a busy machine

const root = fileURLToPath(ROOT)
const all = documents().flatMap(blocksOf)
const runnable = all.filter(({ notRun }) => notRun === null)
const of = (...languages: string[]): Block[] => runnable.filter(({ language }) => languages.includes(language))

/** The command of the service in the documents. */
const ADDRESS = 'http://localhost:3000'

function run (command: string, args: readonly string[], input: string): Promise<{ code: number | null, output: string }> {
  // Without tap's preloads, with which TypeScript 7 does not load.
  const child = spawn('env', ['-u', 'NODE_OPTIONS', command, ...args], { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output += chunk.toString() })
  child.stdin.end(input)
  return new Promise(
    (resolve) => {
      child.once('close', (code) => { resolve({ code, output }) }).once(
        'error', (error) => { resolve({ code: null, output: error.message }) }
      )
    }
  )
}

test('runs every kind of block, or has a reason not to', (t) => {
  const known = ['sh', 'ts', 'js', 'json', 'python', 'mermaid']
  for (const { at, language, notRun } of all) t.ok(notRun !== null || known.includes(language), `${at} ${language}`)
  const skipped = all.filter(({ notRun }) => notRun !== null)
  t.comment(`${all.length} blocks, of which ${skipped.length} are not run here:`)
  for (const { at, language, notRun } of skipped) t.comment(`${at} ${language}: ${notRun ?? ''}`)
  t.ok(skipped.every(({ notRun }) => (notRun ?? '').length > 10), 'each says why')
  t.ok(of('sh').length >= 5 && of('ts').length >= 8 && of('python').length >= 1, 'the blocks are found')
  t.end()
})

test('runs commands and Python programs against the sandbox', async (t) => {
  const port = await freePort()
  const url = `http://localhost:${port}`
  await startProcess(
    t, { PORT: String(port), LOG_LEVEL: 'silent', PUBLIC_URL: url, ROLLER_WEBHOOK_SECRET: 'a-secret-of-the-documents-1234' }
  ).url()
  const here = (code: string): string => code.replaceAll(ADDRESS, url)
  for (const { at, code } of of('sh')) {
    // The first failing command ends it; an HTTP status of 400 or higher is a failure.
    const { code: status, output } = await run(
      'sh', ['-e'], `curl () { command curl --silent --show-error --fail-with-body "$@"; echo; }\n${here(code)}`
    )
    t.equal(status, 0, `${at}: ${code}${output.slice(-2000)}`)
  }
  const python = await run('python3', ['--version'], '')
  if (python.code !== 0 && process.env.CI !== 'true') return t.comment('python3 is not on this machine: its blocks are not run')
  for (const { at, code } of of('python')) {
    const { code: status, output } = await run('python3', ['-'], here(code))
    t.equal(status, 0, `${at}: ${output}`)
    t.match(output, /^\w.*\n$/, at)
    t.notMatch(output, /ROLLER_ERR/, at)
  }
})

test('type-checks TypeScript, and runs complete files', async (t) => {
  mkdirSync(join(root, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, '.cache/blocks-')) // inside the project, so that imports resolve
  t.teardown(() => { rmSync(folder, { recursive: true }) })
  const files = new Map(of('ts').map((block) => {
    const file = join(folder, `${block.at.replace(/\W/g, '-')}.ts`)
    // Declarations are on one line in front, so line numbers of errors are those of the block plus one.
    writeFileSync(file, `${block.declares ?? ''};export {}\n${block.code}`)
    return [file, block]
  }))
  const compilerOptions = { rootDir: root, noEmit: true, incremental: false }
  const tsconfig = { extends: join(root, 'tsconfig.json'), compilerOptions, include: ['*.ts'], references: [] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig))
  const { errors } = await tsc(folder)
  for (const [file, { at }] of files) t.same(errors.filter((error) => error.startsWith(basename(file))), [], at)
  t.same(errors, [], 'no other errors')

  // A program that listens is complete: given the addresses of the simulators, it must serve the venue.
  const whole = [...files].filter(([, { declares, code }]) => declares === null && code.includes('.listen('))
  t.ok(whole.length > 0, 'there is a whole program')
  const { nango } = await startSimulators(t)
  for (const [file, { at, code }] of whole) {
    const port = await freePort()
    const reported = code.replace('nango: {', `nango: { host: '${nango.url}',`).replace('port: 3000', `port: ${port}`)
    t.not(reported, code)
    writeFileSync(file, `${reported}\nconsole.log('it listens')\n`)
    const running = startSource(t, `../${file.slice(root.length).replace(/\.ts$/, '')}`, [], { NANGO_SECRET_KEY: SECRET_KEY })
    await running.printed(/it listens/)
    const get = async (path: string, headers = {}): Promise<{ status: number, body: string }> => {
      const response = await fetch(`http://localhost:${port}${path}`, { headers })
      return { status: response.status, body: await response.text() }
    }
    if (code.includes("'/venue-name'")) t.match(await get('/venue-name'), { status: 200, body: 'SkyBound' }, at)
    if (code.includes("'/overview'")) {
      t.match(await get('/overview'), { status: 401 }, `${at}: not signed in`)
      t.match(await get('/overview', { 'x-organization': 'demo' }), { status: 200, body: /"venue":"SkyBound/ }, at)
    }
    t.match(await get('/api/connect-session', { 'x-organization': 'acme' }), { status: 200, body: /^nango_connect_session_/ }, at)
    t.match(
      await get('/api/roller/venues/me', { 'x-organization': 'acme', 'connection-id': 'demo-venue' }), { status: 404 },
      `${at}: another tenant`
    )
    t.match(
      await get('/api/roller/venues/me', { 'x-organization': 'demo', 'connection-id': 'demo-venue' }), { status: 200 },
      `${at}: the venue's own`
    )
  }
})

test('parses JavaScript and JSON', (t) => {
  for (const { at, code } of of('js')) {
    const { diagnostics = [] } = ts.transpileModule(
      code,
      {
        reportDiagnostics: true,
        compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, allowJs: true },
        fileName: 'block.js'
      }
    )
    t.same(diagnostics.map(({ messageText }) => messageText), [], at)
  }
  for (const { at, code } of of('json')) t.doesNotThrow(() => JSON.parse(code), at)
  t.end()
})
