/** The step venue-reached of the connection check. */
import { test } from '../support/tap.ts'
import { build, CONNECTION_ID } from '../support/build.ts'

test('fails for a response that is no venue, with a hint other than to run the check', async (t) => {
  for (const body of ['<html>Sign in to the network</html>', []]) {
    const { app, roller } = await build(t)
    roller.faults.always({ path: /venues\/me/, kind: 'status', status: 200, body })
    const { ok, steps } = await app.roller.check(CONNECTION_ID)
    t.equal(ok, false)
    t.match(steps.at(-1), {
      step: 'venue-reached', result: 'failed', detail: 'ROLLER answered 200, without a venue.', hint: /check the network between/
    })
    t.notMatch(steps.at(-1)?.hint, /connections\/{id}\/check/)
  }
})
