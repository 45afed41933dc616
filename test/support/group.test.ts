/** A group fails if one of its files does, and names it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import t, { test } from './tap.ts'

t.setTimeout(60_000) // starting processes is slow on a busy machine

const fixture = (name: string): string => `test/support/fixtures/${name}.ts`

async function runGroup (...names: string[]): Promise<{ readonly status: unknown, readonly output: string }> {
  const files = JSON.stringify(names.map(fixture))
  const script = `import { runGroup } from '${import.meta.resolve('./group.js')}'; await runGroup(${files}, { timeout: 1_000 })`
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/TAP|NODE_OPTIONS/.test(name)))
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  const [output, [status]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return { status, output }
}

test('runs files that pass, each with its own root', async (t) => {
  const { status, output } = await runGroup('passes', 'passes-too')
  t.equal(status, 0)
  for (const name of ['passes', 'passes-too']) t.match(output, new RegExp(`^ok \\d - ${fixture(name)}`, 'm'))
})

test('reports a file that fails, throws or never ends', async (t) => {
  const names = ['fails', 'throws-at-import', 'never-ends', 'waits-for-nothing', 'exits', 'leaves-open', 'has-no-test']
  await Promise.all(names.map(async (name) => {
    const { status, output } = await runGroup('passes', name)
    t.not(status, 0, name)
    t.match(output, new RegExp(`^not ok \\d - ${fixture(name)}`, 'm'), name)
  }))
})
