/** Every failure of `request` is a RollerError. */
import { test } from '../support/tap.ts'
import { build, callsAtRoller, CONNECTION_ID as connectionId } from '../support/build.ts'

test('rejects a value that no URL and no JSON can hold, by its name', async (t) => {
  const built = await build(t)
  const { roller } = built.app
  await t.rejects(roller.request('GET /bookings/{uniqueId}', { connectionId, params: { uniqueId: 'a\ud800' } }), {
    code: 'ROLLER_ERR_VALIDATION', errors: [{ pointer: '/params/uniqueId', detail: 'cannot be written in a URL' }]
  })
  const circle: Record<string, unknown> = {}
  circle.self = circle
  for (const body of [{ amount: 1n }, circle, () => {}]) {
    await t.rejects(roller.request('POST /bookings', { connectionId, body: body as never }), {
      code: 'ROLLER_ERR_VALIDATION', errors: [{ pointer: '/body', detail: 'cannot be written as JSON' }]
    })
  }
  t.same(callsAtRoller(built), [])
})
