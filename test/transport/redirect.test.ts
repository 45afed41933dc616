/** ROLLER's redirects: passed on unfollowed on the direct transport; Nango follows them itself. */
import { test } from '../support/tap.ts'
import { call, stubNango } from '../upstream/fixture.ts'
import { start } from './fixture.ts'

for (const status of [301, 302, 303, 307, 308]) {
  test(`passes a ${status} on unfollowed on direct, with or without a page`, async (t) => {
    const elsewhere = await stubNango(t, (_request, response) => { response.end('{}') })
    const built = await start(t, 'direct')
    for (const type of ['text/html', 'application/json']) {
      built.roller.faults.next({
        path: /^\/sandbox/,
        kind: 'status',
        status,
        body: '<html>Object moved</html>',
        headers: { location: `${elsewhere.url}/x`, 'content-type': type }
      })
      const result = await call(built, { method: 'POST', url: '/roller/sandbox/x', payload: '{}' })
      t.match(result, { statusCode: status, headers: { location: `${elsewhere.url}/x`, 'roller-answered-by': 'roller' } })
    }
    t.equal(elsewhere.requests.length, 0)
  })
}
