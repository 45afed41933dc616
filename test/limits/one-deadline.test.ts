/** A call has one deadline, also if the credentials of its connection change while it waits: it then waits for another rate limit. */
import { test } from '../support/tap.ts'
import { callsAtRoller, VENUE } from '../support/build.ts'
import { enterThroughNango, start, until } from '../venues/fixture.ts'
import { ManualClock } from '../support/manual-clock.ts'

const ECHO = { url: '/roller/sandbox/echo', headers: { ...VENUE, 'roller-max-wait': '0' } }

for (const method of ['POST', 'GET'] as const) {
  test(`does not start the wait of a ${method} again for other credentials`, async (t) => {
    const clock = new ManualClock()
    const rateLimits = { rest: { limit: 3, windowMs: 20_000 }, margin: 0, jitter: 0 }
    const setup = await start(t, { webhooks: false, options: { clock, rateLimits } })
    for (let call = 0; call < 3; call++) t.equal((await setup.app.inject(ECHO)).statusCode, 200)
    let status = 0
    const startedAt = clock.now()
    const url = method === 'GET' ? '/roller/products' : '/roller/sandbox/echo'
    const waiting = setup.app.inject({ method, url, headers: { ...VENUE, 'roller-max-wait': '25' } })
      .then((response) => { status = response.statusCode; return response })
    await new Promise((resolve) => setTimeout(resolve, 50)) // until it is queued

    await enterThroughNango(setup, 'demo')
    t.equal((await setup.app.inject({ method: 'PATCH', url: '/connections/demo-venue', payload: { tags: { a: 'b' } } })).statusCode, 200)
    setup.roller.faults.next({ path: /echo/, kind: 'status', status: 429, headers: { 'retry-after': '40' } })
    t.equal((await setup.app.inject(ECHO)).statusCode, 429, 'the new credentials are in their cooling-off period until 40 s')
    const before = callsAtRoller(setup).length

    await until(() => { clock.advance(1_000); return status !== 0 })
    t.match((await waiting).json(), { status: 429, code: 'ROLLER_ERR_COOLING_OFF' })
    t.ok(clock.now() - startedAt < 25_000 + 2_000, `${clock.now() - startedAt} ms: as long as it may wait, and a turn of this clock`)
    t.equal(callsAtRoller(setup).length, before, 'nothing was sent')
  })
}
