/** A call that Nango answers itself costs nothing of the venue's allowance; one that ROLLER answers does. */
import { test } from '../support/tap.ts'
import { build, callsAtRoller, CONNECTION_ID, VENUE } from '../support/build.ts'

const error = (code: string, message = ''): object => ({ error: { code, message } })

for (const [what, status, body] of [
  ['an unknown connection', 400, error('server_error', 'Failed to get connection')],
  ['credentials that ROLLER rejects', 500, error('server_error', 'Failed to get connection credentials')],
  ['a pause after a failed refresh', 424, error('connection_refresh_backoff')],
  ['Nango\'s own 429', 429, error('too_many_request')],
  ['a body that is too large for Nango', 413, error('request_too_large')],
  ['a ROLLER that Nango does not reach', 500, { message: 'x', code: 'ECONNREFUSED', method: 'get' }]
] as const) {
  test(`does not count ${what}`, async (t) => {
    const built = await build(t, { options: { retries: 0 } })
    built.nango.faults.next({ path: /products/, kind: 'status', status, body })
    t.not((await built.app.inject({ url: '/roller/products', headers: { ...VENUE, 'roller-max-wait': '0' } })).statusCode, 200)
    t.same(callsAtRoller(built), [])
    t.equal((await built.app.inject(`/connections/${CONNECTION_ID}/usage`)).json().total, 0)
  })
}

test('counts a call that ROLLER rejects with 403', async (t) => {
  const built = await build(t)
  built.roller.faults.next({ path: /products/, kind: 'status', status: 403, body: {} })
  t.equal((await built.app.inject({ url: '/roller/products', headers: VENUE })).statusCode, 403)
  t.equal((await built.app.inject(`/connections/${CONNECTION_ID}/usage`)).json().total, 1)
})
