/** The commands report a Node.js that is too old, where loading their modules would fail with an error of a dependency. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from '../support/tap.ts'

const asOldNode = ['--import', 'data:text/javascript,Object.defineProperty(process.versions, "node", { value: "20.19.9" })']

test('names the Node.js that a command needs', async (t) => {
  for (const [command, folder] of [['roller-sidecar', 'service'], ['roller-sandbox', 'sandbox']] as const) {
    const bin = fileURLToPath(new URL(`${folder}/bin.mjs`, import.meta.resolve('#root/package.json')))
    const { status, stderr } = spawnSync(process.execPath, [...asOldNode, bin, '--help'], { encoding: 'utf8', timeout: 30_000 })
    t.equal(status, 1)
    t.equal(stderr, `${command} needs Node.js 20.20 or newer. This is 20.19.9.\n`)
    t.equal(spawnSync(process.execPath, [bin, '--help'], { encoding: 'utf8', timeout: 30_000 }).status, 0, 'runs otherwise')
  }
})
