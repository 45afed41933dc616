/** A forced refresh that joins a running check of Nango returns the old token. That is not a rejection by ROLLER. */
import { test } from '../support/tap.ts'
import { CONNECTION_ID, SECRET_KEY } from '../support/build.ts'
import { call, isProblem } from './fixture.ts'
import { SteppedClock } from '../support/manual-clock.ts'
import { reads, start } from '../transport/fixture.ts'

const BURSTS = 40

for (const transport of ['nango', 'direct'] as const) {
  test(`fails no call in ${BURSTS} bursts after a revocation (${transport})`, async (t) => {
    const clock = new SteppedClock()
    const built = await start(t, transport, { options: { clock }, roller: { limits: 'off' }, nango: { credentialCheckTime: 2 } })
    const url = `${built.nango.url}/connections/${CONNECTION_ID}?provider_config_key=roller`
    const seen = new Map<number, number>()
    for (let burst = 0; burst < BURSTS; burst++) {
      clock.advance(61_000) // the gateway's own rate limit has recovered
      await call(built)
      built.roller.revokeTokens()
      // Other programs use the same Nango until the refresh arrives, so that it joins a running check.
      const from = built.nango.requests.length
      const forced = (): boolean => built.nango.requests.slice(from).some(({ url }) => url.includes('force_refresh=true'))
      const others = [1, 2].map(async () => {
        while (!forced()) await (await fetch(url, { headers: { authorization: `Bearer ${SECRET_KEY}` } })).arrayBuffer()
      })
      const responses = await Promise.all(Array.from({ length: 10 + burst }, (_, n) => call(built, { url: `/roller/sandbox/echo?n=${n}` })))
      for (const { statusCode } of responses) seen.set(statusCode, (seen.get(statusCode) ?? 0) + 1)
      await Promise.all(others)
    }
    t.same([...seen.keys()], [200])
    t.ok(built.roller.tokensIssued <= 2 * BURSTS + 2, `${built.roller.tokensIssued} tokens were made`)
  })

  test(`repeats a refresh that returns the old token (${transport})`, async (t) => {
    const built = await start(t, transport)
    await call(built)
    const { token, expiresAt } = built.nango.connections[0] as { token: string, expiresAt: number }
    built.roller.revokeTokens()
    const credentials = { type: 'OAUTH2_CC', token, expires_at: new Date(expiresAt).toISOString() }
    for (let n = 0; n < 2; n++) {
      built.nango.faults.next(
        { path: /force_refresh=true/, kind: 'status', status: 200, body: { connection_id: CONNECTION_ID, credentials } }
      )
    }
    t.equal((await call(built)).statusCode, 200)
    t.equal(reads(built).forced, 3)
  })

  test(`reports that Nango never renews the token, without a back-off (${transport})`, async (t) => {
    const built = await start(t, transport)
    await call(built)
    const { token, expiresAt } = built.nango.connections[0] as { token: string, expiresAt: number }
    built.roller.revokeTokens()
    const credentials = { type: 'OAUTH2_CC', token, expires_at: new Date(expiresAt).toISOString() }
    const fault = { path: /force_refresh=true/, kind: 'status', status: 200, body: { connection_id: CONNECTION_ID, credentials } } as const
    built.nango.faults.always(fault)
    const expected = {
      status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'nango', retryAfter: 1, detail: /has not requested a new token/
    } as const
    isProblem(t, built, await call(built), expected)
    t.equal(reads(built).forced, 6, 'a bounded number of times')
    built.nango.faults.always(null)
    t.equal((await call(built)).statusCode, 200, 'and the next call succeeds at once')
  })

  test(`starts the back-off only after a rejection of a new token (${transport})`, async (t) => {
    const clock = new SteppedClock()
    const built = await start(t, transport, { options: { clock } })
    built.roller.faults.always({ path: /^\/venues/, kind: 'status', status: 401, body: {} })
    const rejected = { status: 424, code: 'ROLLER_ERR_CREDENTIALS_REJECTED', layer: 'roller' } as const
    isProblem(t, built, await call(built), rejected)
    clock.advance(1)
    isProblem(t, built, await call(built), { ...rejected, retryAfter: 30 })
    t.equal(reads(built).forced, 1)
  })
}
