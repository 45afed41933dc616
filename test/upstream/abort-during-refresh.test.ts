/** A caller that cancels while the token is renewed is rejected at once; the renewal continues for the others. */
import { test } from '../support/tap.ts'
import { build } from '../support/build.ts'
import { until } from './fixture.ts'

test('ends a call that is cancelled during a refresh', async (t) => {
  const { app, nango, roller } = await build(t)
  await app.roller.request('GET /venues/me', { connectionId: 'demo-venue' })
  roller.revokeTokens()
  nango.faults.next({ path: /force_refresh=true/, kind: 'slow', delay: 2_000 })
  const controller = new AbortController()
  const cancelled = app.roller.request('DELETE /capacity-reservation/{uniqueId}', {
    connectionId: 'demo-venue', params: { uniqueId: 'x' }, signal: controller.signal
  })
  const other = app.roller.request('GET /venues/me', { connectionId: 'demo-venue' })
  await until(() => nango.requests.some(({ url }) => url.includes('force_refresh=true')))
  const before = performance.now()
  controller.abort(new Error('changed my mind'))
  await t.rejects(cancelled, { message: 'changed my mind' })
  t.ok(performance.now() - before < 1_000, 'does not wait for the refresh')
  t.match(await other, { id: Number })
  t.equal(nango.requests.filter(({ url }) => url.includes('force_refresh=true')).length, 1)
})
