import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test } from '../support/tap.ts'
import { listen } from '../support/build.ts'

const run = promisify(execFile)
const program = fileURLToPath(import.meta.resolve('#root/dist/examples/checkout/checkout.js'))

test('sells two tickets', { timeout: 60_000 }, async (t) => {
  const { url, roller } = await listen(t)
  const before = roller.venue('demo').bookings.size
  const { stdout } = await run(process.execPath, [program], { env: { ...process.env, GATEWAY_URL: url } })
  t.match(stdout, /held for 10 minutes\ncosts [\d.]+\nbooking \d+: Paid\n/)
  t.equal(roller.venue('demo').bookings.size, before + 1)
})
