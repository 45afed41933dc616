/** The log's lines leave together, in order, and all of them before the process does. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'

const LOG_STREAM = fileURLToPath(import.meta.resolve('#service/observability/log-stream.js'))

/** A script of its own, for standard output belongs to the process. */
const args = (script: string): string[] => ['--input-type=module', '--eval', `const { logStream } = await import(${JSON.stringify(LOG_STREAM)});\n${script}`]
const run = (script: string) => spawnSync(process.execPath, args(script), { encoding: 'utf8', timeout: 60_000 })

const COUNT_WRITES = 'let writes = 0; const write = process.stdout.write; process.stdout.write = function (text) { writes++; return write.call(this, text) };'

test('lines that come together are written together', async (t) => {
  const { stdout, stderr } = run(`${COUNT_WRITES}
    for (let n = 0; n < 100; n++) logStream.write(n + '\\n')
    await new Promise((resolve) => setTimeout(resolve, 100))
    process.stderr.write(String(writes))`)
  t.equal(stdout, Array.from({ length: 100 }, (_, n) => `${n}\n`).join(''))
  t.equal(stderr, '1')
})

test('much text does not wait', async (t) => {
  const { stderr } = run(`${COUNT_WRITES}
    for (let n = 0; n < 100; n++) logStream.write('x'.repeat(2_000) + '\\n')
    process.stderr.write(String(writes))
    logStream.flushSync()`)
  t.equal(stderr, '3')
})

for (const [how, script, status] of [
  ['ends by itself', '', 0],
  ['is ended', 'process.exit(3)', 3],
  ['breaks', 'throw new Error("on purpose")', 1],
  ['breaks later', 'await Promise.reject(new Error("on purpose"))', 1]
] as const) {
  test(`nothing is lost when the process ${how}`, async (t) => {
    const ended = run(`logStream.write('first\\n'); logStream.write('last\\n'); ${script}`)
    t.equal(ended.stdout, 'first\nlast\n')
    t.equal(ended.status, status)
  })
}

test('a reader that has stopped reading costs some memory and no more; what it missed is counted', async (t) => {
  const lines = 30_000
  const child = spawn(process.execPath, args(`
    const line = JSON.stringify({ msg: 'x'.repeat(1_000) }) + '\\n'
    for (let n = 0; n < ${lines}; n++) logStream.write(line)
    logStream.flushSync()
    process.stderr.write(String(process.stdout.writableLength))
    process.stdout.on('drain', () => { logStream.write('{"msg":"last"}\\n') })`), { stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(() => child.kill())
  const held = Number(String((await once(child.stderr, 'data'))[0]))
  t.ok(held >= 8 * 1024 * 1024 && held < 9 * 1024 * 1024, `${held} bytes wait`)
  let had = 0
  let lost = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, ...facts } = JSON.parse(line) as { msg: string, level?: number, lost?: number }
    if (msg.startsWith('x')) had++
    if (facts.lost !== undefined) {
      lost += facts.lost
      t.match({ msg, ...facts }, { level: 40, msg: 'lines of the log are lost: nobody read them' })
    }
    if (msg === 'last') break
  }
  t.ok(lost > 0)
  t.equal(had + lost, lines)
})

test('lines that wait for a reader hold no more memory than they are long, however few leave at a time', async (t) => {
  const child = spawn(process.execPath, args(`
    for (let n = 0; n < 3_000; n++) {
      logStream.write('x'.repeat(400) + '\\n')
      logStream.flushSync()
    }
    process.stderr.write(JSON.stringify({ waiting: process.stdout.writableLength, held: process.memoryUsage().arrayBuffers }))`), { stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(() => child.kill())
  const { waiting, held } = JSON.parse(String((await once(child.stderr, 'data'))[0])) as { waiting: number, held: number }
  t.ok(waiting > 500_000, `${waiting} bytes wait`)
  t.ok(held < 5 * waiting, `${held} bytes are held for ${waiting}`)
})
