/**
 * Writes dist/test/groups, the files that tap runs: each runs some test files in one process, since starting one takes longer than most of
 * them.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * These measure real waits, of several replicas or services at once: on a busy machine Redis replies late, and a replica then counts alone.
 * They mostly wait, so the two groups, of about the same length, start first, beside a third one that leaves them the processor.
 */
const WAITING: readonly (readonly string[])[] = [
  ['test/rate-limits/redis.test.ts', 'test/rate-limits/resilient-redis.test.ts', 'test/rate-limits/redis-clients.test.ts',
    'test/limits/queue.test.ts', 'test/limits/shared-account.test.ts', 'test/limits/counted-limits.test.ts',
    'test/transport/replicas.test.ts'],
  ['test/limits/']
]

/** These take longest, and start first, in this order, so that the jobs end at about the same time. */
const LONG: readonly (readonly string[])[] = [
  ['test/faults/'],
  ['test/exports/'],
  ['test/browser/try-it-out.test.ts'],
  ['test/docs/', 'test/plugin/exports.test.ts'],
  ['test/service/log', 'test/service/proxy.test.ts', 'test/service/shutdown.test.ts', 'test/service/tracing.test.ts'],
  [
    'test/browser/connect-', 'test/browser/docs.test.ts', 'test/browser/landing.test.ts', 'test/browser/nango-frontend.test.ts',
    'test/browser/stripped-prefix.test.ts'
  ],
  ['test/package/sandbox-and-service.test.ts', 'test/sandbox/cli.test.ts'],
  ['test/package/plugin.test.ts', 'test/roller/openapi-client.test.ts'],
  ['test/package/host-types.test.ts', 'test/hosts/'],
  ['test/mcp/'],
  ['test/restart/'],
  ['test/fuzz/'],
  ['test/examples/']
]

/** How many of the others run in one process. */
const FILES_IN_A_GROUP = 40

const root = fileURLToPath(new URL('../../../', import.meta.url))

function testFiles (): string[] {
  const all = readdirSync(`${root}test`, { recursive: true, encoding: 'utf8' })
  return all.filter((path) => path.endsWith('.test.ts')).map((path) => `test/${path.replaceAll('\\', '/')}`).sort()
}

function chunks (files: readonly string[]): string[][] {
  const count = Math.ceil(files.length / FILES_IN_A_GROUP)
  return Array.from({ length: count }, (_, i) => files.slice(i * files.length / count, (i + 1) * files.length / count))
}

function write (name: string, files: readonly string[], measures: boolean): void {
  const call = `await runGroup(${JSON.stringify(files, undefined, 2)}, { measures: ${measures} })`
  const lines = ["import { runGroup } from '#root/dist/test/support/group.js'", call]
  writeFileSync(`${root}dist/test/groups/${name}.test.js`, `${lines.join('\n')}\n`)
}

const files = testFiles()
const taken = new Set<string>()
const named = [...WAITING, ...LONG].map((paths) => {
  const group = paths.flatMap((path) => files.filter((file) => file.startsWith(path) && !taken.has(file)))
  for (const file of group) taken.add(file)
  return group
})
const groups = [...named, ...chunks(files.filter((file) => !taken.has(file)))]
if (groups.some(({ length }) => length === 0)) throw new Error('test/support/groups.ts names files that do not exist')

rmSync(`${root}dist/test/groups`, { recursive: true, force: true })
mkdirSync(`${root}dist/test/groups`, { recursive: true })
groups.forEach((group, i) => { write(String(i + 1).padStart(2, '0'), group, i < WAITING.length) })
