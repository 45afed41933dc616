/** ROLLER may execute a call although its caller does not wait for the response. */
import { test } from '../support/tap.ts'
import { build, CONNECTION_ID } from '../support/build.ts'
import { until } from '../upstream/fixture.ts'

test('counts a call that is cancelled after it was sent', async (t) => {
  const { app, roller } = await build(t)
  roller.faults.next({ path: /products/, kind: 'slow', ms: 100 })
  const caller = new AbortController()
  const cancelled = app.roller.request('GET /products', { connectionId: CONNECTION_ID, signal: caller.signal })
  await until(() => roller.requests.some(({ url }) => url === '/products'))
  caller.abort(new Error('left'))
  await t.rejects(cancelled, { message: 'left' })
  t.match((await app.inject(`/connections/${CONNECTION_ID}/usage`)).json(), { rest: 1 })
})
