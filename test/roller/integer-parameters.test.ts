/** A call that ROLLER rejects counts against the venue's rate limit. */
import { test } from '../support/tap.ts'
import { build, callsAtRoller, VENUE } from '../support/build.ts'

const url = (page: string): string =>
  `/roller/data/bookingitems?startDate=2026-11-01&endDate=2026-11-02&pageNumber=${encodeURIComponent(page)}`

test('rejects a query parameter that is no integer', async (t) => {
  const built = await build(t)
  for (const page of ['1.5', 'true', '0x10', '1e2', '1n', ' ']) {
    const response = await built.app.inject({ url: url(page), headers: VENUE })
    const errors = [{ pointer: '/query/pageNumber', detail: /must be an integer/ }]
    t.match(response.json(), { code: 'ROLLER_ERR_VALIDATION', errors }, page)
  }
  t.same(callsAtRoller(built), [])
  t.equal((await built.app.inject({ url: url('2'), headers: VENUE })).statusCode, 200)
  await built.app.inject({ url: url('-1'), headers: VENUE })
  t.equal(callsAtRoller(built).length, 2, 'ROLLER decides which integers are valid')
})

test('rejects a path parameter that is no integer', async (t) => {
  const built = await build(t)
  const response = await built.app.inject({ url: '/roller/discounts/abc', headers: VENUE })
  t.match(response.json(), { code: 'ROLLER_ERR_VALIDATION', errors: [{ pointer: '/params/discountId', detail: /must be an integer/ }] })
  t.same(callsAtRoller(built), [])
})
