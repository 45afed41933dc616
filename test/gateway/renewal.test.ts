import { test } from 'tap'
import { RollerError } from '../../plugin/errors.ts'
import { Renewals } from '../../plugin/gateway/renewal.ts'
import { steppedClock } from '../upstream/fixture.ts'

function setup () {
  const clock = steppedClock()
  const calls: string[] = []
  let outcome: () => Promise<void> = async () => {}
  const renewals = new Renewals(async (id) => { calls.push(id); await outcome() }, clock)
  return { clock, calls, renewals, respond: (next: () => Promise<void>) => { outcome = next } }
}

const rejected = (): never => { throw new RollerError('ROLLER_ERR_CREDENTIALS_REJECTED', { detail: 'no', upstream: { status: 400 } }) }

test('however many wait, one refresh is made', async (t) => {
  const { clock, calls, renewals } = setup()
  await Promise.all(Array.from({ length: 50 }, () => renewals.renew('a', clock.now())))
  t.same(calls, ['a'])
})

test('a call sent before the last refresh needs no other; one sent after it does', async (t) => {
  const { clock, calls, renewals } = setup()
  const sentAt = clock.now()
  clock.advance(10)
  await renewals.renew('a', sentAt)
  clock.advance(10)
  await renewals.renew('a', sentAt)
  t.equal(calls.length, 1)
  await renewals.renew('a', clock.now())
  t.equal(calls.length, 2)
})

test('connections are refreshed apart', async (t) => {
  const { clock, calls, renewals } = setup()
  await Promise.all([renewals.renew('a', clock.now()), renewals.renew('b', clock.now())])
  t.same(calls, ['a', 'b'])
})

test('after a refusal nothing is tried for 30 s, and callers learn how long', async (t) => {
  const { clock, calls, renewals, respond } = setup()
  respond(async () => rejected())
  const failed = await Promise.allSettled([1, 2, 3].map(() => renewals.renew('a', clock.now())))
  t.same(failed.map(({ status }) => status), ['rejected', 'rejected', 'rejected'])
  clock.advance(12_500)
  await t.rejects(renewals.renew('a', clock.now()), { code: 'ROLLER_ERR_CREDENTIALS_REJECTED', retryAfter: 18, upstream: { status: 400 } })
  await renewals.renew('b', clock.now()).catch(() => {})
  t.same(calls, ['a', 'b'], 'another connection is not held back')
  clock.advance(17_500)
  respond(async () => {})
  await renewals.renew('a', clock.now())
  t.equal(calls.length, 3)
})

test('a refresh that did not come to an answer may be tried again at once', async (t) => {
  const { clock, calls, renewals, respond } = setup()
  respond(async () => { throw new RollerError('ROLLER_ERR_UNREACHABLE') })
  await t.rejects(renewals.renew('a', clock.now()), { code: 'ROLLER_ERR_UNREACHABLE' })
  respond(async () => {})
  await renewals.renew('a', clock.now())
  t.equal(calls.length, 2)
})
