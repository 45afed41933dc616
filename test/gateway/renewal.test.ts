import { test } from '../support/tap.ts'
import { RollerError } from '#plugin/errors.js'
import { Renewals } from '#plugin/gateway/renewal.js'
import type { LockState, RefreshLock } from '#plugin/gateway/refresh-lock.js'
import { SteppedClock } from '../support/manual-clock.ts'

function setup (lock: RefreshLock | null = null) {
  const clock = new SteppedClock()
  const calls: string[] = []
  let outcome: () => Promise<void> = async () => {}
  const renewals = new Renewals({ renew: async (id) => { calls.push(id); await outcome() } }, clock, lock)
  return { clock, calls, renewals, respond: (next: () => Promise<void>) => { outcome = next } }
}

const rejected = (): never => { throw new RollerError('ROLLER_ERR_CREDENTIALS_REJECTED', { detail: 'no', upstream: { status: 400 } }) }

test('makes one refresh, however many callers wait', async (t) => {
  const { clock, calls, renewals } = setup()
  await Promise.all(Array.from({ length: 50 }, () => renewals.renew('a', clock.now())))
  t.same(calls, ['a'])
})

test('refreshes only for calls sent after the last refresh', async (t) => {
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

test('refreshes connections separately', async (t) => {
  const { clock, calls, renewals } = setup()
  await Promise.all([renewals.renew('a', clock.now()), renewals.renew('b', clock.now())])
  t.same(calls, ['a', 'b'])
})

test('stops for 30 s after a rejection, and returns the remaining time', async (t) => {
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

test('retries at once after a refresh without a result', async (t) => {
  const { clock, calls, renewals, respond } = setup()
  respond(async () => { throw new RollerError('ROLLER_ERR_UNREACHABLE') })
  await t.rejects(renewals.renew('a', clock.now()), { code: 'ROLLER_ERR_UNREACHABLE' })
  respond(async () => {})
  await renewals.renew('a', clock.now())
  t.equal(calls.length, 2)
})

test('stops for 30 s on every replica when ROLLER rejects the new token', async (t) => {
  const reported: unknown[] = []
  const lock: RefreshLock = { acquire: async () => ({ kind: 'acquired' }), release: async (...what) => { reported.push(what) } }
  const { clock, calls, renewals } = setup(lock)
  const sentAt = clock.now()
  await renewals.renew('a', sentAt)
  const error = new RollerError('ROLLER_ERR_CREDENTIALS_REJECTED', { detail: 'still 401', upstream: { status: 401 } })
  clock.advance(10)
  t.equal(await renewals.rejected('a', clock.now(), error), true)
  t.equal(await renewals.rejected('a', clock.now(), error), true)
  t.same(reported, [['a', 'renewed', 30_000], ['a', 'failed', 30_000]])
  await renewals.renew('a', sentAt)
  clock.advance(10)
  for (let n = 0; n < 20; n++) {
    await t.rejects(renewals.renew('a', clock.now()), { code: 'ROLLER_ERR_CREDENTIALS_REJECTED', upstream: { status: 401 } })
  }
  await renewals.renew('b', clock.now())
  t.same(calls, ['a', 'b'])
  clock.advance(30_000)
  await renewals.renew('a', clock.now())
  t.same(calls, ['a', 'b', 'a'])
})

test('lets a call with an outdated token continue, without a back-off', async (t) => {
  const { clock, calls, renewals } = setup()
  const sentAt = clock.now()
  clock.advance(10)
  await renewals.renew('a', sentAt)
  t.equal(await renewals.rejected('a', sentAt, new RollerError('ROLLER_ERR_CREDENTIALS_REJECTED')), false)
  clock.advance(10)
  await renewals.renew('a', clock.now())
  t.equal(calls.length, 2)
})

test('uses a token that another replica refreshed, and another replica\'s rejection for 30 s at most', async (t) => {
  const states: LockState[] = [{ kind: 'renewed' }, { kind: 'failed', forMs: 1e12 }]
  const taken: string[] = []
  const clock = new SteppedClock()
  const lock: RefreshLock = { acquire: async () => states.shift() ?? { kind: 'acquired' }, release: async () => {} }
  const renewals = new Renewals({ renew: async () => {}, adoptRenewed: async (id) => { taken.push(id) } }, clock, lock)
  await renewals.renew('a', clock.now())
  t.same(taken, ['a'])
  clock.advance(1)
  await t.rejects(renewals.renew('a', clock.now()), { code: 'ROLLER_ERR_CREDENTIALS_REJECTED', retryAfter: 30 })
})

test('repeats a lock request without a reply; without any reply each replica refreshes once in 30 s', async (t) => {
  const responses: Array<LockState | null> = [null, null, { kind: 'renewed' }]
  let requested = 0
  const lock: RefreshLock = {
    acquire: async () => {
      requested++
      const state = responses.shift() ?? null
      if (state === null) throw new Error('too late')
      return state
    },
    release: async () => { throw new Error('too late') }
  }
  const { clock, calls, renewals } = setup(lock)
  await renewals.renew('a', clock.now())
  t.same([requested, calls], [3, []], 'the third response says that another has done it')
  clock.advance(1)
  await renewals.renew('a', clock.now())
  t.same([requested, calls], [6, ['a']])
  clock.advance(10_000)
  await t.rejects(renewals.renew('a', clock.now()), { code: 'ROLLER_ERR_CREDENTIALS_REJECTED', retryAfter: 20 })
  clock.advance(20_000)
  await renewals.renew('a', clock.now())
  t.same(calls, ['a', 'a'])
})
