/** A bulk export costs a unit for each of its months; an order that ROLLER rejects exports nothing. */
import { test } from '../support/tap.ts'
import { build, CONNECTION_ID, VENUE } from '../support/build.ts'

const order = {
  method: 'POST',
  url: '/roller/reporting/bulk',
  headers: VENUE,
  payload: { exportType: 'Payments', startDate: '2025-01-01', endDate: '2026-01-01' }
} as const

for (const [status, bulk] of [[400, 0], [401, 12], [403, 0], [500, 12]] as const) {
  test(`counts ${bulk} units after a ${status}`, async (t) => { // a 401 is repeated with a new token
    const built = await build(t)
    built.roller.faults.next({ path: /bulk/, kind: 'status', status, body: {} })
    await built.app.inject(order)
    t.match((await built.app.inject(`/connections/${CONNECTION_ID}/usage`)).json(), { bulk, reporting: status === 500 ? 0 : 1 })
  })
}
