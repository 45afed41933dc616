/** The log's lines leave together, in order, and all of them before the process does. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'

const LOG_STREAM = fileURLToPath(new URL('../../service/log-stream.ts', import.meta.url))

/** Runs a script of its own, for standard output belongs to the process. */
function run (script: string) {
  const text = `const { logStream } = await import(${JSON.stringify(LOG_STREAM)});\n${script}`
  return spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', text], { encoding: 'utf8', timeout: 60_000 })
}

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
