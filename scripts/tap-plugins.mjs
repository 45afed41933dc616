/**
 * Builds tap without the plugins that .taprc removes. tap does so by itself, but one run late: the first run after an installation would
 * still load its TypeScript compiler into every test process, and resolve imports by it.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const built = readFileSync(new URL('../node_modules/@tapjs/test/test-built/dist/esm/index.js', import.meta.url), 'utf8')
const removed = readFileSync(new URL('../.taprc', import.meta.url), 'utf8').match(/(?<=!)@tapjs\/[a-z-]+/g)
if (removed.some((plugin) => built.includes(`"${plugin}"`))) {
  execFileSync('npx', ['tap', 'build'], { stdio: 'inherit', shell: process.platform === 'win32' })
}
