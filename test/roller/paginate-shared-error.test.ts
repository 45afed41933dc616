/** Readers of one report share its calls in flight, and the error of such a call: each gets its own cursor with it. */
import { test } from '../support/tap.ts'
import { cursorOf } from 'fastify-roller'
import { build, callsAtRoller } from '../support/build.ts'

test('gives each reader of a shared call its own cursor', async (t) => {
  const built = await build(t)
  built.roller.faults.always({ path: /data/, kind: 'status', status: 403, body: {} })
  const pagers = ['2026-07-02', '2026-08-01'].map((endDate) =>
    built.app.roller.paginate('GET /data/bookingitems', { connectionId: 'demo-venue', startDate: '2026-07-01', endDate }))
  const errors: unknown[] = await Promise.all(pagers.map((pager) => pager.next().catch((error: unknown) => error)))
  t.equal(callsAtRoller(built).length, 1, 'one call')
  t.match(errors, [{ code: 'ROLLER_ERR_ACCESS_DENIED' }, { code: 'ROLLER_ERR_ACCESS_DENIED' }])
  t.same(errors.map(cursorOf), pagers.map(({ cursor }) => cursor))
  t.not(pagers[0]?.cursor, pagers[1]?.cursor)
})
