/** A call that waited is authorized again for the operation as which it was authorized before, whatever the spelling of its path. */
import { test } from '../support/tap.ts'
import { build, callsAtRoller, VENUE } from '../support/build.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { until } from '../upstream/fixture.ts'

for (const [url, what] of [['/roller/products', 'a queued call'], ['/roller/Products/', 'a queued call of another spelling']] as const) {
  test(`does not send ${what} after its operation was closed`, async (t) => {
    const clock = new ManualClock()
    const checked: string[] = []
    let closed = ''
    const built = await build(t, {
      options: {
        clock,
        transport: 'direct',
        rateLimits: { rest: { limit: 1, windowMs: 20_000 }, margin: 0, jitter: 0 },
        authorize: (_request, { operation }) => { checked.push(operation); return operation !== closed }
      }
    })
    await built.app.inject({ url: '/roller/venues/me', headers: VENUE })
    const queued = built.app.inject({ url, headers: { ...VENUE, 'roller-max-wait': '30' } })
    await until(() => checked.length === 2)
    closed = 'GET /products'
    await until(() => { clock.advance(500); return checked.length === 3 })
    t.match((await queued).json(), { status: 403, code: 'ROLLER_ERR_CONNECTION_FORBIDDEN' })
    t.same(checked, ['GET /venues/me', 'GET /products', 'GET /products'])
    t.equal(callsAtRoller(built).length, 1)
    closed = ''
    const next = await built.app.inject({ url: '/roller/products', headers: { ...VENUE, 'roller-max-wait': '0' } })
    t.equal(next.statusCode, 200, 'a call that was not sent counts against no rate limit')
  })
}
