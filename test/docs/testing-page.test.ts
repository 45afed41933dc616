/** The test file in docs/testing.md passes unchanged. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import tap, { test } from '../support/tap.ts'
import ts from 'typescript'
import { start } from '../examples/program.ts'
import { blocksOf, ROOT } from './blocks.ts'

tap.setTimeout(120_000) // starting a process is slow on a busy machine

test('passes the test file of the page', async (t) => {
  const [block] = blocksOf('docs/testing.md').filter(({ language }) => language === 'ts')
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
  const { outputText } = ts.transpileModule(block?.code ?? '', { compilerOptions })
  const cache = join(fileURLToPath(ROOT), '.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'testing-')) // inside the project, so that imports resolve
  t.teardown(() => { rmSync(folder, { recursive: true }) })
  writeFileSync(join(folder, 'app.test.mjs'), outputText)
  const program = start(t, process.execPath, ['--test', '--test-reporter=tap', join(folder, 'app.test.mjs')])
  t.equal(await program.exited, 0, program.output())
  t.match(program.output(), /# pass 3\n# fail 0/)
})
