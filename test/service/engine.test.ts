/** The process sets the engine up before anything else runs. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from '../support/tap.ts'

const file = (name: string): string => fileURLToPath(import.meta.resolve(`#service/${name}`))

test('a tick is kept', async (t) => {
  const script = `const { ticksKept } = await import(${JSON.stringify(file('engine.js'))}); process.stdout.write(String(ticksKept()))`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8', timeout: 60_000 })
  t.equal(stdout, '1')
})

test('memory that is made free for large bodies is not taken from anybody', async (t) => {
  const script = `const before = process.memoryUsage().rss; await import(${JSON.stringify(file('engine.js'))}); process.stdout.write(String(process.memoryUsage().rss - before))`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8', timeout: 60_000 })
  t.ok(Number(stdout) < 8 * 1024 * 1024, `${stdout} bytes`)
})

test('it is the first thing that the process loads', async (t) => {
  const [first] = /^import .*$/m.exec(readFileSync(file('main.js'), 'utf8')) ?? []
  t.equal(first, "import './engine.js'")
})
