/** An app with a login of its own has no API keys, so no hint to its callers speaks of one. */
import { test } from '../support/tap.ts'
import { build, VENUE } from '../support/build.ts'

test('403 and 401 of an app with its own login', async (t) => {
  const { app } = await build(t, { options: { authorize: () => false } })
  const signedOut = await build(t, { options: { identify: () => null } })
  for (const [status, response] of [
    [403, await app.inject({ url: '/roller/venues/me', headers: VENUE })],
    [403, await app.inject('/connections')],
    [401, await signedOut.app.inject('/connections')]
  ] as const) {
    t.equal(response.statusCode, status)
    const { hint } = response.json()
    t.match(hint, /^[A-Z].*\.$/)
    t.notMatch(hint, /\bkeys?\b|Bearer/i)
  }
})
