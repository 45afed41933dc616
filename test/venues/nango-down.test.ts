import { test } from '../support/tap.ts'
import { callsAtRoller, VENUE } from '../support/build.ts'
import { reconnect, start } from './fixture.ts'
import { ManualClock } from '../support/manual-clock.ts'

const PRODUCTS = { url: '/roller/products', headers: VENUE }

test('rejects calls with another venue\'s credentials despite a 429 of Nango\'s list after a restart', async (t) => {
  const setup = await start(t)
  await reconnect(setup, 'other-park')
  const sent = callsAtRoller(setup).length
  const restarted = await start(t, { webhooks: false, options: { nango: { host: setup.nango.url } } })
  setup.nango.faults.next(
    {
      path: /^\/connections\?/, kind: 'status', status: 429, headers: { 'retry-after': '7' }, body: { error: { code: 'too_many_request' } }
    }
  )
  const rejected = await restarted.app.inject(PRODUCTS)
  t.match(rejected.json(), { status: 503, code: 'ROLLER_ERR_VENUE_UNVERIFIED', layer: 'nango' })
  t.equal(rejected.headers['retry-after'], '8')
  t.equal(callsAtRoller(setup).length, sent)
})

test('the direct transport keeps a venue verified while Nango is down, until its token expires', async (t) => {
  const clock = new ManualClock()
  const setup = await start(t, { webhooks: false })
  const direct = await start(t, {
    webhooks: false, options: { clock, transport: 'direct', rollerBaseUrl: setup.roller.url, nango: { host: setup.nango.url } }
  })
  t.equal((await direct.app.inject(PRODUCTS)).statusCode, 200)
  setup.nango.faults.always({ path: /./, kind: 'status', status: 500, body: { error: { code: 'generic_error_support' } } })
  clock.advance(3_600_000)
  t.equal((await direct.app.inject(PRODUCTS)).statusCode, 200)
  clock.advance(24 * 3_600_000)
  t.match((await direct.app.inject(PRODUCTS)).json(), { status: 503, code: 'ROLLER_ERR_VENUE_UNVERIFIED' })
})
