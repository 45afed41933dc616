import { test } from '../support/tap.ts'
import { build } from '../support/build.ts'

test('rejects an in-process call without a connection id before it is sent to Nango', async (t) => {
  const built = await build(t)
  const before = built.nango.requests.length
  for (const connectionId of [undefined, null, {}, 5] as never[]) {
    await t.rejects(built.app.roller.request('GET /venues/me', { connectionId }), { code: 'ROLLER_ERR_CONNECTION_REQUIRED' })
  }
  t.equal(built.nango.requests.length, before)
})
