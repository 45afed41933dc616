/** One export of a type in six hours: a rejected order must not use it up. */
import { test } from '../support/tap.ts'
import { build, callsAtRoller, type Built } from '../support/build.ts'
import { send, type Received } from './harness.ts'

const TOO_MANY = { error: { code: 'too_many_request', method: 'POST', path: '/proxy/reporting/bulk' } }
const NO_CONNECTION = { error: { code: 'server_error', message: 'Failed to get connection' } }
const ORDER = {
  method: 'POST', url: '/reporting/bulk', payload: { exportType: 'Payments', startDate: '2026-01-01', endDate: '2026-01-02' }
} as const
const order = async ({ app }: Built): Promise<Received> => await send(app, { ...ORDER, maxWait: 0 })
const reportsLeft = async ({ app }: Built): Promise<number> =>
  (
    await app.inject('/connections/demo-venue/rate-limits')
  ).json().rateLimits.find(({ name }: { name: string }) => name === 'reporting').remaining

for (const status of [400, 403, 404, 422]) {
  test(`refunds the export but not its request when ROLLER returns ${status}`, async (t) => {
    const built = await build(t, { options: { rateLimits: { margin: 0 } } })
    built.roller.faults.next({ path: /bulk/, kind: 'status', status, body: {} })
    t.equal((await order(built)).status, status)
    t.equal(await reportsLeft(built), 119)
    t.equal((await order(built)).status, 200)
    t.equal(await reportsLeft(built), 118)
    t.match(await order(built), { status: 429, code: 'ROLLER_ERR_RATE_LIMITED' }, 'and then it is spent')
  })
}

for (const [what, fault] of [
  ['Nango\'s own 429', { kind: 'status', status: 429, body: TOO_MANY }],
  ['a connection that Nango does not know', { kind: 'status', status: 400, body: NO_CONNECTION }],
  ['a Nango that cannot reach ROLLER', { kind: 'status', status: 500, body: { message: 'x', code: 'ECONNREFUSED', method: 'post' } }]
] as const) {
  test(`refunds the export: ${what}`, async (t) => {
    const built = await build(t, { options: { retries: 0 } })
    built.nango.faults.next({ path: /bulk/, ...fault })
    t.not((await order(built)).status, 200)
    for (let again = 0; again < 3; again++) {
      const response = await send(built.app, { ...ORDER, maxWait: 2 })
      t.equal(response.status, again === 0 ? 200 : 429)
    }
  })
}

test('refunds the export after a persistent 401', async (t) => {
  const built = await build(t)
  built.roller.faults.always({ path: /bulk/, kind: 'status', status: 401, body: {} })
  t.equal((await order(built)).status, 424)
  built.roller.faults.always(null)
  t.equal((await order(built)).status, 200)
})

test('refunds export and report if nothing was sent', async (t) => {
  const built = await build(t, { options: { retries: 0, rateLimits: { margin: 0 }, nango: { host: 'http://127.0.0.1:9' } } })
  for (let again = 0; again < 3; again++) t.match(await order(built), { status: 502, code: 'ROLLER_ERR_UNREACHABLE' })
  const { rateLimits } = built.app.roller
  t.match((await rateLimits.call(built.app.roller, 'demo-venue')).rateLimits, [{ remaining: 600 }, { name: 'reporting', remaining: 120 }])
})

for (const [what, fault] of [
  ['ROLLER answers 500', { kind: 'status', status: 500, body: {} }],
  ['the line breaks', { kind: 'reset-after-work' }]
] as const) {
  test(`${what}: keeps an export counted when its acceptance is unknown`, async (t) => {
    const built = await build(t)
    built.roller.faults.next({ path: /bulk/, ...fault })
    t.ok((await order(built)).status >= 500)
    t.match(await order(built), { status: 429, code: 'ROLLER_ERR_RATE_LIMITED' })
  })
}

test('counts an export from the attempt that was sent', async (t) => {
  const built = await build(t, { options: { transport: 'direct', rateLimits: { margin: 0 } } })
  const noToken = { path: /connections/, kind: 'status', status: 500, body: {} } as const
  built.nango.faults.next(noToken)
  t.equal((await order(built)).status, 502)
  t.equal(await reportsLeft(built), 120)
  built.nango.faults.next(noToken)
  t.equal((await send(built.app, { ...ORDER, maxWait: 5 })).status, 200)
  t.equal(await reportsLeft(built), 119)
  t.match(await order(built), { status: 429, code: 'ROLLER_ERR_RATE_LIMITED' })
  t.equal(callsAtRoller(built).length, 1)
})
