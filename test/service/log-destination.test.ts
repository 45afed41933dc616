/** Log lines are written in order, and all of them before the process exits; if they cannot be written, the process continues. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { freePort } from '../support/free-port.ts'
import { SERVICE } from '../support/service.ts'
import tap, { test, type Test } from '../support/tap.ts'

tap.setTimeout(120_000) // starting a process is slow on a busy machine

const MODULE = import.meta.resolve('#service/observability/log-destination.js')

/** A separate script, since standard output belongs to the process. */
const args = (script: string): string[] => [
  '--input-type=module', '--eval',
  `const { logDestination } = await import(${JSON.stringify(MODULE)})\nconst log = logDestination()\n${script}`
]
const run = (script: string) => spawnSync(process.execPath, args(script), { encoding: 'utf8', timeout: 60_000 })

for (const [how, script, status] of [
  ['ends by itself', '', 0],
  ['is ended', 'process.exit(3)', 3],
  ['breaks', 'throw new Error("on purpose")', 1],
  ['breaks later', 'await Promise.reject(new Error("on purpose"))', 1]
] as const) {
  test(`loses no line when the process ${how}`, async (t) => {
    const ended = run(`log.write('first\\n'); log.write('last\\n'); ${script}`)
    t.equal(ended.stdout, 'first\nlast\n')
    t.equal(ended.status, status)
  })
}

test('writes lines in order, and soon', async (t) => {
  const child = spawn(process.execPath, args(`
    for (let n = 0; n < 1000; n++) log.write(n + '\\n')
    setTimeout(() => {}, 60_000)`), { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill())
  let text = ''
  for await (const chunk of child.stdout) if ((text += String(chunk)).endsWith('\n999\n')) break
  t.equal(text, Array.from({ length: 1000 }, (_, n) => `${n}\n`).join(''))
})

const LINES = 30_000
/** 30 MB, faster than any reader. */
const FLOOD = `const line = JSON.stringify({ msg: 'x'.repeat(1_000) }) + '\\n'
  for (let n = 0; n < ${LINES}; n++) log.write(line)
  process.stderr.write('written')`

test('buffers at most 8 MB for a reader that has stopped, and counts the rest', async (t) => {
  const child = spawn(process.execPath, args(`${FLOOD}; setTimeout(() => {}, 60_000)`), { stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(() => child.kill())
  await once(child.stderr, 'data')
  let had = 0
  let bytes = 0
  let lost = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, ...facts } = JSON.parse(line) as { msg: string, level?: number, lost?: number }
    if (msg.startsWith('x')) {
      had++
      bytes += line.length + 1
    }
    if (facts.lost !== undefined) {
      lost = facts.lost
      t.match({ msg, ...facts }, { level: 40, msg: 'log lines were dropped, because nothing read them' })
      break
    }
  }
  t.equal(had + lost, LINES)
  t.ok(bytes > 7 * 1024 * 1024 && bytes <= 8 * 1024 * 1024 + 128 * 1024, `${bytes} bytes had waited`)
})

test('exits despite a reader that has stopped', async (t) => {
  const child = spawn(process.execPath, args(`${FLOOD}; setTimeout(() => process.exit(5), 100)`), { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  const [code] = await once(child, 'exit') as [number]
  t.equal(code, 5)
})

const ENVIRONMENT = {
  PATH: process.env['PATH'],
  PORT: '0',
  HOST: '127.0.0.1',
  NANGO_SECRET_KEY: 'none',
  NANGO_HOST: 'http://127.0.0.1:9',
  LOG_LEVEL: 'trace',
  NODE_ENV: 'production'
}

/** Serves a hundred requests with one log line each, and exits normally. */
async function servesOn (t: Test, child: ChildProcess, url: string): Promise<void> {
  for (let n = 0; n < 100; n++) {
    const { status } = await fetch(`${url}/nothing`, { headers: { 'x-request-id': `${n}-${'x'.repeat(100)}` } })
    if (status !== 404) t.fail(`request ${n}: ${status}`)
  }
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit') as [number]
  t.equal(code, 0)
}

test('keeps the service running when the reader of its log is closed', async (t) => {
  const child = spawn(process.execPath, [SERVICE], { env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(() => child.kill('SIGKILL'))
  let output = ''
  child.stderr?.on('data', (chunk) => { output += String(chunk) })
  let text = ''
  for await (const chunk of child.stdout) if ((text += String(chunk)).includes('listening at')) break // this closes the pipe
  await servesOn(t, child, /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? '')
  t.equal(output, '')
})

test('keeps the service running on a full disk, and reports it once', async (t) => {
  const full = openSync('/dev/full', 'w')
  const port = String(await freePort())
  const child = spawn(process.execPath, [SERVICE], { env: { ...ENVIRONMENT, PORT: port }, stdio: ['ignore', full, 'pipe'] })
  closeSync(full)
  t.teardown(() => child.kill('SIGKILL'))
  let output = ''
  child.stderr?.on('data', (chunk) => { output += String(chunk) })
  const url = `http://127.0.0.1:${port}`
  while (!await fetch(`${url}/health`).then(({ ok }) => ok, () => false)) await new Promise((resolve) => { setTimeout(resolve, 20) })
  await servesOn(t, child, url)
  t.equal(output, 'The log cannot be written (ENOSPC): lines are lost from now on.\n')
})
