import { test } from '../support/tap.ts'
import { build, callsAtRoller, VENUE } from '../support/build.ts'

const REJECTED = [
  ['/data/bookingitems?startDate=2026-11-01&endDate=2026-11-30', /day/],
  ['/data/bookingitems?startDate=2026-11-02&endDate=2026-11-01', /startDate|before|after/],
  ['/product-availability/calendar?productId=1&date=2026-13', /month/i],
  ['/bookings', /./],
  ['/bookings?keywords=ab', /3/],
  ['/bookings?productIds=1', /date/]
] as const

test('rejects calls that violate ROLLER\'s rules of dates over HTTP', async (t) => {
  const built = await build(t)
  for (const [url, sentence] of REJECTED) {
    const response = await built.app.inject({ url: `/roller${url}`, headers: VENUE })
    t.equal(response.statusCode, 400, url)
    t.match(response.json(), { code: 'ROLLER_ERR_VALIDATION', layer: 'caller' })
    t.match(response.json().detail, sentence, url)
  }
  t.same(callsAtRoller(built), [])
})

test('rejects an unknown value of ROLLER\'s own header', async (t) => {
  const built = await build(t)
  const response = await built.app.inject({
    method: 'POST',
    url: '/roller/reporting/bulk',
    headers: { ...VENUE, 'timezone-designators': 'sometimes' },
    payload: { exportType: 'Payments', startDate: '2026-01-01', endDate: '2026-01-02' }
  })
  t.match(response.json(), { code: 'ROLLER_ERR_VALIDATION', errors: [{ pointer: '/headers/TimeZone-Designators' }] })
  t.same(callsAtRoller(built), [])
})
