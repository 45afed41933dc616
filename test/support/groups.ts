/** Writes dist/test/groups, the files that tap runs: each runs some test files in one process, since starting one takes longer than most of them. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** They need a process of their own. */
const ALONE: Readonly<Record<string, string>> = {
}

/** They measure real waits or the speed of several processes, and must not share the machine with other files. */
const SERIAL = ['test/limits/', 'test/restart/', 'test/package/']

/** They take seconds: they start first, each by itself, so that all jobs end at about the same time. The longest is the first. */
const LONG = [
  'test/fuzz/hostile-requests.test.ts'
]

/** As many as take about ten seconds together. */
const FILES_IN_A_GROUP = 15

const root = fileURLToPath(new URL('../../../', import.meta.url))
const isSerial = (file: string): boolean => SERIAL.some((path) => file.startsWith(path))

function testFiles (): string[] {
  const all = readdirSync(`${root}test`, { recursive: true, encoding: 'utf8' })
  return all.filter((path) => path.endsWith('.test.ts')).map((path) => `test/${path.replaceAll('\\', '/')}`).sort()
}

function chunks (files: readonly string[]): string[][] {
  const count = Math.ceil(files.length / FILES_IN_A_GROUP)
  return Array.from({ length: count }, (_, i) => files.slice(i * files.length / count, (i + 1) * files.length / count))
}

function write (name: string, files: readonly string[]): void {
  const target = `${root}dist/test/groups/${name}.test.js`
  writeFileSync(target, `import { runGroup } from '#root/dist/test/support/group.js'\nawait runGroup(${JSON.stringify(files, undefined, 2)})\n`)
}

const files = testFiles()
for (const named of [...Object.keys(ALONE), ...LONG]) {
  if (!files.includes(named)) throw new Error(`test/support/groups.ts names ${named}, which does not exist`)
}
const alone = [...LONG, ...Object.keys(ALONE)]
rmSync(`${root}dist/test/groups`, { recursive: true, force: true })
mkdirSync(`${root}dist/test/groups/serial`, { recursive: true })
const parallel = [...alone.map((file) => [file]), ...chunks(files.filter((file) => !alone.includes(file) && !isSerial(file)))]
parallel.forEach((group, i) => { write(String(i + 1).padStart(2, '0'), group) })
files.filter(isSerial).forEach((file, i) => { write(`serial/${String(i + 1).padStart(2, '0')}`, [file]) })
