/** A failure is shared by all callers of a call, except a too short maxWait. */
import { test } from '../support/tap.ts'
import { RollerError, type ErrorCode } from '#plugin/errors.js'
import { ExchangeFailure } from '#plugin/gateway/transport/exchange.js'
import { rateLimited, callOf, FakeGateway, settled, Sharing, textOf } from './helpers.ts'
import { SteppedClock } from '../support/manual-clock.ts'

function setup () {
  const gateway = new FakeGateway()
  const clock = new SteppedClock()
  return { gateway, clock, shared: new Sharing({ next: gateway, clock }) }
}

test('shares errors of ROLLER and of the network', async (t) => {
  const codes: ErrorCode[] = ['ROLLER_ERR_UNREACHABLE', 'ROLLER_ERR_TIMEOUT', 'ROLLER_ERR_CREDENTIALS_REJECTED', 'ROLLER_ERR_VALIDATION']
  for (const code of codes) {
    const { gateway, shared } = setup()
    const calls = [shared.send(callOf()), shared.send(callOf({ maxWaitMs: 60_000 }))]
    await settled()
    gateway.at(1).fail(new RollerError(code))
    for (const call of calls) await t.rejects(call, { code })
    t.equal(gateway.sent.length, 1, code)
  }
})

test('shares ROLLER\'s own error responses', async (t) => {
  const { gateway, shared } = setup()
  const calls = [1, 2].map(() => shared.send(callOf()))
  await settled()
  gateway.at(1).respond({ status: 404, body: '{"message":"no"}' })
  for (const response of await Promise.all(calls)) t.strictSame([response.status, await textOf(response)], [404, '{"message":"no"}'])
  t.equal(gateway.sent.length, 1)
})

test('fails a shared call when the connection breaks before the response is read', async (t) => {
  const cases = [
    [new ExchangeFailure('network', true), 'ROLLER_ERR_UNREACHABLE'], [new ExchangeFailure('timeout', true), 'ROLLER_ERR_TIMEOUT'],
    [new RollerError('ROLLER_ERR_BODY_TOO_LARGE'), 'ROLLER_ERR_BODY_TOO_LARGE']
  ] as const
  for (const [broken, code] of cases) {
    const { gateway, shared } = setup()
    const calls = [1, 2].map(() => shared.send(callOf()))
    await settled()
    gateway.at(1).respond({ broken })
    for (const call of calls) await t.rejects(call, { code })
  }
})

test('makes a new call for the next caller after a failure', async (t) => {
  const { gateway, shared } = setup()
  const first = shared.send(callOf())
  await settled()
  gateway.at(1).fail(new RollerError('ROLLER_ERR_UNREACHABLE'))
  await t.rejects(first)
  gateway.serve = () => ({ body: 'good' })
  t.equal(await textOf(await shared.send(callOf())), 'good')
})

test('repeats the call once for callers with a longer maxWait than the first one', async (t) => {
  for (const code of ['ROLLER_ERR_RATE_LIMITED', 'ROLLER_ERR_COOLING_OFF', 'ROLLER_ERR_NANGO_LIMIT'] as const) {
    const { gateway, clock, shared } = setup()
    const hasty = shared.send(callOf({ maxWaitMs: 0 }))
    const waiting = [1, 2, 3].map(() => shared.send(callOf({ maxWaitMs: 10_000 })))
    await settled()
    t.equal(gateway.sent.length, 1)
    clock.advance(500)
    gateway.at(1).fail(new RollerError(code, { retryAfter: 3 }))
    await t.rejects(hasty, { code, retryAfter: 3 })
    await settled()
    t.equal(gateway.sent.length, 2, 'one call for all three')
    t.equal(gateway.at(2).call.maxWaitMs, 9_500, 'with the patience that is left')
    gateway.at(2).respond({ body: 'in the end' })
    for (const response of await Promise.all(waiting)) t.equal(await textOf(response), 'in the end')
  }
})

test('repeats the call for each longer maxWait', async (t) => {
  const { gateway, shared } = setup()
  const hasty = t.rejects(shared.send(callOf({ maxWaitMs: 0 })), { code: 'ROLLER_ERR_RATE_LIMITED', retryAfter: 5 })
  const calm = t.rejects(shared.send(callOf({ maxWaitMs: 5_000 })), { code: 'ROLLER_ERR_RATE_LIMITED', retryAfter: 30 })
  const waiting = shared.send(callOf({ maxWaitMs: 60_000 }))
  await settled()
  gateway.at(1).fail(rateLimited(5))
  await settled()
  gateway.at(2).fail(rateLimited(30))
  await settled()
  t.strictSame(gateway.sent.map(({ call }) => call.maxWaitMs), [0, 5_000, 60_000])
  gateway.at(3).respond({ body: 'patience' })
  await Promise.all([hasty, calm])
  t.equal(await textOf(await waiting), 'patience')
})

test('rejects callers with the same or a still insufficient maxWait together', async (t) => {
  const { gateway, clock, shared } = setup()
  const calls = [
    shared.send(callOf({ maxWaitMs: 1_000 })), shared.send(callOf({ maxWaitMs: 1_000 })), shared.send(callOf({ maxWaitMs: 20_000 }))
  ]
  clock.advance(5)
  calls.push(shared.send(callOf({ maxWaitMs: 1_000 })))
  await settled()
  gateway.at(1).fail(rateLimited(30))
  for (const call of calls) await t.rejects(call, { code: 'ROLLER_ERR_RATE_LIMITED' })
  t.equal(gateway.sent.length, 1)
  const burst = [0, 5].map((ms) => { clock.advance(ms); return shared.send(callOf({ maxWaitMs: 1_000 })) })
  await settled()
  gateway.at(2).fail(rateLimited(1))
  for (const call of burst) await t.rejects(call, { code: 'ROLLER_ERR_RATE_LIMITED' })
  t.equal(gateway.sent.length, 2, 'a lease within the second of Retry-After would not have been in time for the first one either')
})

test('does not delay a caller for one with a longer maxWait', async (t) => {
  const { gateway, shared } = setup()
  const waiting = shared.send(callOf({ maxWaitMs: 10_000 }))
  const hasty = [1, 2].map(() => shared.send(callOf({ maxWaitMs: 0 })))
  await settled()
  t.strictSame(gateway.sent.map(({ call }) => call.maxWaitMs), [10_000, 0])
  gateway.at(2).fail(rateLimited(5))
  for (const call of hasty) await t.rejects(call, { code: 'ROLLER_ERR_RATE_LIMITED' })
  const late = shared.send(callOf({ maxWaitMs: 10_000 }))
  await settled()
  t.equal(gateway.sent.length, 2, 'and the request with the longer wait can still be joined')
  gateway.at(1).respond({ body: 'waited' })
  t.strictSame(await Promise.all((await Promise.all([waiting, late])).map(textOf)), ['waited', 'waited'])
})
