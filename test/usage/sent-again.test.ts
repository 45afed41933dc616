/** Usage that did not reach Redis is sent again when Redis is back, also if no further call is made. */
import { test } from '../support/tap.ts'
import { UsageMeter } from '#plugin/gateway/usage/usage.js'
import { ManualClock } from '../support/manual-clock.ts'

test('sends usage again without a further call', async (t) => {
  const clock = new ManualClock()
  let isDown = true
  const sent: string[][] = []
  const run = async (...[, , , , ...args]: unknown[]): Promise<unknown> => {
    if (isDown) throw new Error('down')
    sent.push(args.map(String))
    return [1, 0, 0, '']
  }
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms)
    await new Promise(setImmediate)
  }
  const redis = { evalsha: run, eval: run }
  const usage = new UsageMeter({ redis, scope: 'again', allowance: 0, byVenue: false, clock, onMark: () => {} })
  usage.count(null, 'venue', 'rest')
  await pass(1_000)
  t.same(sent, [])
  isDown = false
  await pass(1_000)
  t.match(sent, [['1', '0', '0']])
  await pass(5_000)
  t.equal(sent.length, 1)
  isDown = true
  usage.count(null, 'venue', 'rest')
  await usage.close()
  isDown = false
  await pass(5_000)
  t.equal(sent.length, 1, 'a closed meter sends nothing')
})
