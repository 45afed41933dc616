import { test } from './support/tap.ts'
import { build, callsAtRoller, VENUE } from './support/build.ts'

test('sends a call to the venue', async (t) => {
  const built = await build(t)
  const response = await built.app.inject({ url: '/roller/venues/me', headers: VENUE })
  t.equal(response.statusCode, 200)
  t.same(callsAtRoller(built), [{ method: 'GET', url: '/venues/me' }])
})
