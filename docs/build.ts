/**
 * Writes the tables of README.md and docs/*.md from the code; with --check, compares them and exits with 1 if they differ.
 *
 * node dist/docs/build.js [--check]
 *
 * The markers of a table are `<!-- table: <name> -->` and `<!-- end of table -->`.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { render, tables } from './tables.ts'

const ROOT = new URL('.', import.meta.resolve('#root/package.json'))
const TABLE = /(<!-- table: ([\w-]+) -->\n)[\s\S]*?(<!-- end of table -->)/g

const guides = (await readdir(new URL('docs/', ROOT))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)
for (const name of ['README.md', ...guides]) {
  const file = new URL(name, ROOT)
  const committed = await readFile(file, 'utf8')
  const generated = committed.replace(TABLE, (_all, start: string, table: string, end: string) => {
    const make = tables[table]
    if (make === undefined) throw new Error(`${name} asks for the table ${table}, which nothing makes`)
    return `${start}${render(make())}${end}`
  })
  if (generated === committed) continue
  if (process.argv.includes('--check')) {
    process.stderr.write(`${name} is not what the code generates. Run: npm run docs\n`)
    process.exitCode = 1
  } else {
    await writeFile(file, generated)
    process.stdout.write(`${name}\n`)
  }
}
