/** A venue has one count of its calls and one rate limit, whatever the reads of its connections contain. */
import { test } from '../support/tap.ts'
import { build, callsAtRoller, CLIENT_SECRET, CONNECTION_ID, VENUE, type Built } from '../support/build.ts'

const usage = async ({ app }: Built, id = CONNECTION_ID): Promise<{ total: number }> =>
  (await app.inject(`/connections/${id}/usage`)).json()

for (const transport of ['nango', 'direct'] as const) {
  test(`a verification without a Client ID has one count and one rate limit (${transport})`, async (t) => {
    // Nango's list, which is read before the first call, has no credentials; the token, which is read with it, comes with them.
    const built = await build(t, { options: { verifyVenues: true, transport } })
    const remaining = async (): Promise<number> =>
      (await built.app.inject(`/connections/${CONNECTION_ID}/rate-limits`)).json().rateLimits[0].remaining
    const before = await remaining()
    for (let calls = 0; calls < 3; calls++) {
      t.equal((await built.app.inject({ url: '/roller/products', headers: VENUE })).statusCode, 200)
    }
    t.equal(await remaining(), before - 3)
    t.equal((await usage(built)).total, 3)
    await built.app.inject('/connections') // reads the list again
    t.equal(await remaining(), before - 3)
  })
}

test('connections of one venue count together, and so does the call that finds it out', async (t) => {
  const built = await build(t, { options: { verifyVenues: true } })
  built.nango.addConnection({ connectionId: 'another', clientId: 'demo', clientSecret: CLIENT_SECRET })
  await built.app.inject({ url: '/roller/products', headers: { 'connection-id': 'another' } })
  await built.app.inject({ url: '/roller/products', headers: VENUE })
  t.match(callsAtRoller(built).map(({ url }) => url), ['/venues/me', '/products', '/products'])
  t.equal((await usage(built, 'another')).total, 3)
  t.equal((await usage(built)).total, 3)
})

test('a call that fails before its venue is known is shown for its connection', async (t) => {
  const built = await build(t, { options: { verifyVenues: true } })
  built.nango.addConnection({ connectionId: 'closed', clientId: 'noaccess-park', clientSecret: CLIENT_SECRET })
  t.equal((await built.app.inject({ url: '/roller/products', headers: { 'connection-id': 'closed' } })).statusCode, 403)
  t.equal((await usage(built, 'closed')).total, 1)
  t.equal((await usage(built)).total, 0)
})
