/** A walk through a report takes as long as the rate limit forces, unless maxWait bounds it. */
import { test } from '../support/tap.ts'
import { build, callsAtRoller, CONNECTION_ID } from '../support/build.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { until } from '../bulk-export/fixture.ts'

const RANGE = { connectionId: CONNECTION_ID, startDate: '2026-11-01', endDate: '2026-11-11' } as const

async function open (t: Parameters<typeof build>[0], transport: 'nango' | 'direct') {
  const clock = new ManualClock()
  const built = await build(t, {
    options: { clock, transport, rateLimits: { reporting: { limit: 4 }, margin: 0 } }, roller: { limits: 'off' }
  })
  await built.app.ready()
  return { ...built, clock }
}

for (const transport of ['nango', 'direct'] as const) {
  test(`paginate waits for its leases (${transport})`, async (t) => {
    const built = await open(t, transport)
    const { app, clock } = built
    const waits: number[] = []
    const state = { ended: false }
    const walk = (async () => {
      for await (const record of app.roller.paginate('GET /data/bookingitems', { ...RANGE, onWait: ({ ms }) => { waits.push(ms) } })) {
        t.ok(record)
      }
    })().finally(() => { state.ended = true })
    for (let seen = 0; !state.ended; seen = waits.length) {
      await until(() => state.ended || waits.length > seen)
      clock.advance(61_000)
    }
    await walk
    t.equal(callsAtRoller(built).length, 10, 'a call for each day')
    t.ok(waits.length >= 2 && waits.every((ms) => ms > 0), `notified of ${waits.length} waits`)
  })
}

test('maxWait bounds the wait of each page', async (t) => {
  const built = await open(t, 'direct')
  const walk = built.app.roller.paginate('GET /data/bookingitems', { ...RANGE, maxWait: 0 })
  await t.rejects(async () => { for await (const record of walk) t.ok(record) }, { code: 'ROLLER_ERR_RATE_LIMITED', cursor: String })
  t.equal(callsAtRoller(built).length, 4)
})
