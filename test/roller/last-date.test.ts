/** No date follows 9999-12-31, and a report's day ends with the next. */
import { test } from '../support/tap.ts'
import { build, CONNECTION_ID, VENUE } from '../support/build.ts'

test('rejects the last date there is as the day of a report', async (t) => {
  const { app } = await build(t)
  const day = { connectionId: CONNECTION_ID, startDate: '9999-12-31' }
  t.throws(() => app.roller.paginate('GET /data/bookingitems', day), {
    code: 'ROLLER_ERR_VALIDATION', errors: [{ pointer: '/query/startDate', detail: 'must be before 9999-12-31' }]
  })
  const response = await app.inject({ url: '/exports/bookingitems?startDate=9999-12-31', headers: VENUE })
  t.equal(response.statusCode, 400)
  t.equal((await app.inject({ url: '/exports/tillreconciliations?endDate=9999-12-31', headers: VENUE })).statusCode, 400)
})
