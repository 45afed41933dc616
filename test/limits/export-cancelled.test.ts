/** A bulk export that is cancelled while the gateway reads a token was not sent, and must not use up the six hours of its type. */
import { test } from '../support/tap.ts'
import { start } from '../transport/fixture.ts'
import { until } from '../upstream/fixture.ts'

test('refunds an export that is cancelled before it has a token', async (t) => {
  const { app, nango, roller } = await start(t, 'direct')
  nango.faults.next({ path: /connections/, kind: 'slow', delay: 100 })
  const input = {
    connectionId: 'demo-venue', maxWait: 0, body: { exportType: 'Payments', startDate: '2026-01-01', endDate: '2026-01-02' }
  } as const
  const caller = new AbortController()
  const cancelled = app.roller.request('POST /reporting/bulk', { ...input, signal: caller.signal })
  await until(() => nango.requests.some(({ url }) => url.startsWith('/connections/')))
  caller.abort(new Error('left'))
  await t.rejects(cancelled, { message: 'left' })
  t.same(roller.requests.filter(({ url }) => url !== '/token'), [])
  await t.resolves(app.roller.request('POST /reporting/bulk', input))
})
