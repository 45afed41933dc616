/** `npx roller-sidecar` and `npx roller-sandbox` work in a clone: npm links their files before the first build, and they run it. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '../support/tap.ts'
import { ROOT, run } from './packed.ts'

for (const [folder, command] of [['service', 'roller-sidecar'], ['sandbox', 'roller-sandbox']] as const) {
  test(`${command} is linked before the first build`, async (t) => {
    const { bin, version } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as {
      bin: Record<string, string>, version: string
    }
    const path = bin[command] ?? ''
    t.notMatch(path, /^(\.\/)?dist\//, 'its file is in the repository, not in the build')
    const file = join(ROOT, folder, path)
    t.ok(existsSync(file))
    t.match((await run(file, ['--version'])).stdout, version)
  })
}
