/** Nango's own limit, which all connections of an account share. */
import { test } from '../support/tap.ts'
import { build, type Built } from '../support/build.ts'
import { addVenue, send, pause } from './harness.ts'

const proxied = ({ nango }: Built): number => nango.requests.filter(({ url }) => url.startsWith('/proxy')).length
const TOO_MANY = { error: { code: 'too_many_request', method: 'GET', path: '/proxy/sandbox/echo' } }

for (const [header, seconds] of [['1', 2], ['0', 1], [undefined, 1]] as const) {
  test(`blocks the account for ${seconds} s after Nango's 429 with Retry-After ${header ?? 'missing'}`, async (t) => {
    const built = await build(t)
    addVenue(built, 'other')
    await Promise.all([send(built.app), send(built.app, { connection: 'other' })])
    built.nango.faults.next(
      { path: /^\/proxy/, kind: 'status', status: 429, body: TOO_MANY, ...(header !== undefined && { headers: { 'retry-after': header } }) }
    )
    const closing = Date.now()
    t.match(await send(built.app, { maxWait: 0 }), { status: 503, code: 'ROLLER_ERR_NANGO_LIMIT', retryAfter: seconds })
    const before = proxied(built)
    for (const connection of ['demo-venue', 'other']) {
      t.match(await send(built.app, { connection, maxWait: 0 }), { status: 503, code: 'ROLLER_ERR_NANGO_LIMIT', retryAfter: seconds })
    }
    const waiting = [send(built.app, { maxWait: 10 }), send(built.app, { connection: 'other', maxWait: 10 })]
    await pause(seconds * 900 - (Date.now() - closing))
    t.equal(proxied(built), before, 'nothing leaves for any connection')
    t.same((await Promise.all(waiting)).map(({ status }) => status), [200, 200])
    t.ok(Date.now() - closing >= seconds * 1000 - 1)
    t.equal(proxied(built), before + 2)
  })
}

/** Nango's window is a minute: it began so long ago that it ends in `seconds`. */
async function lateInTheWindow (t: Parameters<typeof build>[0], limit: number, seconds: number) {
  let shift = (seconds - 60) * 1000
  const built = await build(t, { nango: { rateLimit: limit, now: () => Date.now() + shift } })
  for (const id of ['b', 'c']) addVenue(built, id)
  const begin = async (): Promise<void> => {
    await fetch(`${built.nango.url}/integrations`, { headers: { authorization: 'Bearer 0c0ffee0-aaaa-4bbb-8ccc-5ec4e7000001' } })
    shift = 0
  }
  return { ...built, begin }
}

test('learns Nango\'s limit, and never exceeds it again, in a burst or with other programs', async (t) => {
  const limit = 60
  const built = await lateInTheWindow(t, limit, 9)
  await built.begin()
  const endsAt = Date.now() + 9_000
  t.equal((await send(built.app, { maxWait: 0 })).status, 200)
  // A burst without a known limit, then other programs use most of the rest.
  await Promise.all(Array.from({ length: 9 }, () => send(built.app, { maxWait: 0 })))
  for (let n = 0; n < 20; n++) await built.app.inject('/connections')
  t.equal((await send(built.app, { connection: 'b', maxWait: 0 })).status, 200) // now it is known again
  const calls = Array.from({ length: 150 }, (_, n) => send(built.app, { connection: ['b', 'c'][n % 2]!, maxWait: 0 }))
  const responses = await Promise.all(calls)
  const served = responses.filter(({ status }) => status === 200).length
  t.same(new Set(responses.map(({ status, code }) => `${status} ${code ?? ''}`)), new Set(['200 ', '503 ROLLER_ERR_NANGO_LIMIT']))
  t.ok(Date.now() < endsAt, 'all in one window')
  // Each call beyond the limit would return 429.
  t.ok(built.nango.requests.length <= limit, `${built.nango.requests.length} calls of ${limit}`)
  t.ok(served >= 15, `${served} of the rest are used`)
  const reported = responses.filter(({ status }) => status === 503).map(({ retryAfter = 0 }) => retryAfter)
  t.ok(Math.max(...reported) <= 61 && Math.min(...reported) >= 1)
})

test('continues with Nango\'s next window after the quota was used up', async (t) => {
  const built = await lateInTheWindow(t, 40, 3)
  await built.begin()
  const endsAt = Date.now() + 3_000
  await send(built.app, { maxWait: 0 })
  for (let n = 0; n < 36; n++) await built.app.inject('/connections') // another caller
  t.equal((await send(built.app, { maxWait: 0 })).status, 200)
  t.equal((await send(built.app, { maxWait: 0 })).status, 200, 'the last one of the window')
  const closed = await send(built.app, { connection: 'b', maxWait: 0 })
  t.match(closed, { status: 503, code: 'ROLLER_ERR_NANGO_LIMIT' })
  t.ok(Number(closed.retryAfter) * 1000 >= endsAt - Date.now() - 100)
  t.equal((await send(built.app, { connection: 'b', maxWait: 10 })).status, 200)
  t.ok(Date.now() >= endsAt)
  t.equal(built.nango.requests.length, 41)
})
