/** A subscriber of a shared call can disconnect without ending the call of the others. */
import { test } from '../support/tap.ts'
import { callOf, FakeGateway, LIMIT, settled, Sharing, textOf } from './helpers.ts'
import { SteppedClock } from '../support/manual-clock.ts'

async function three () {
  const gateway = new FakeGateway()
  const shared = new Sharing({ next: gateway, clock: new SteppedClock() })
  const callers = [1, 2, 3].map(() => new AbortController())
  const calls = callers.map(({ signal }) => shared.send(callOf({ signal })))
  for (const call of calls) call.catch(() => {}) // awaited later
  await settled()
  const disconnect = (number: number): void => callers[number - 1]?.abort(new Error(`${number} left`))
  return { gateway, shared, calls: calls as [typeof calls[0] & {}, typeof calls[0] & {}, typeof calls[0] & {}], disconnect }
}

test('returns the response to the others when the first caller leaves', async (t) => {
  const { gateway, calls, disconnect } = await three()
  disconnect(1)
  await t.rejects(calls[0], { message: '1 left' }, 'at once')
  t.notOk(gateway.at(1).gone)
  gateway.at(1).respond({ body: 'here' })
  t.equal(await textOf(await calls[1]), 'here')
  t.equal(await textOf(await calls[2]), 'here')
  t.equal(gateway.sent.length, 1)
})

test('returns the response to the others when a joined caller leaves', async (t) => {
  const { gateway, calls, disconnect } = await three()
  disconnect(3)
  await t.rejects(calls[2], { message: '3 left' })
  gateway.at(1).respond({ body: 'here' })
  t.equal(await textOf(await calls[0]), 'here')
  t.equal(await textOf(await calls[1]), 'here')
})

test('cancels the call when all callers leave, and makes a new one for the next caller', async (t) => {
  const { gateway, shared, calls, disconnect } = await three()
  for (const number of [2, 1]) disconnect(number)
  t.notOk(gateway.at(1).gone, 'one is still there')
  disconnect(3)
  t.ok(gateway.at(1).gone)
  const next = shared.send(callOf())
  await settled()
  t.equal(gateway.sent.length, 2)
  gateway.at(2).respond({ body: 'new' })
  t.equal(await textOf(await next), 'new')
  for (const [index, call] of calls.entries()) await t.rejects(call, { message: `${index + 1} left` })
})

test('sends no call for a caller that has already left', async (t) => {
  const gateway = new FakeGateway()
  const shared = new Sharing({ next: gateway, clock: new SteppedClock() })
  await t.rejects(shared.send(callOf({ signal: AbortSignal.abort(new Error('gone')) })), { message: 'gone' })
  t.equal(gateway.sent.length, 0)
})

test('rejects a leaving caller with its own reason, and returns response and rate limit to the other', async (t) => {
  const gateway = new FakeGateway()
  const shared = new Sharing({ next: gateway, clock: new SteppedClock() })
  const leaver = new AbortController()
  const gone = shared.send(callOf({ signal: leaver.signal }))
  const stays = shared.send(callOf())
  await settled()
  leaver.abort(new Error('left'))
  await t.rejects(gone, { message: 'left' })
  const rateLimit = { name: 'rest', limit: 1, windowMs: 1, remaining: 0, resetMs: 0 } as const
  gateway.at(1).respond({ rateLimit })
  t.same((await stays).rateLimit, rateLimit)
})

test('gives a large response to the next caller when the first one leaves before it', async (t) => {
  const { gateway, calls, disconnect } = await three()
  disconnect(1)
  const response = gateway.at(1).respond({ body: Buffer.alloc(LIMIT + 1, 'x') })
  t.equal((await textOf(await calls[1])).length, LIMIT + 1)
  t.equal(response.taken, 1)
  await settled()
  t.equal(gateway.sent.length, 2, 'and the third calls for itself')
  gateway.at(2).respond({ body: 'own' })
  t.equal(await textOf(await calls[2]), 'own')
})

test('cancels a stream when its caller leaves', async (t) => {
  const gateway = new FakeGateway()
  const shared = new Sharing({ next: gateway, clock: new SteppedClock() })
  const leaver = new AbortController()
  const call = shared.send(callOf({ signal: leaver.signal }))
  await settled()
  gateway.at(1).respond({ body: Buffer.alloc(LIMIT + 1) })
  await call
  leaver.abort(new Error('left'))
  t.ok(gateway.at(1).call.signal?.aborted)
})

test('cancels the call when all callers leave while its response arrives', async (t) => {
  const { gateway, calls, disconnect } = await three()
  gateway.at(1).respond({ body: Buffer.alloc(LIMIT + 1) })
  for (const number of [1, 2, 3]) disconnect(number)
  for (const call of calls) await t.rejects(call, /left/)
  await settled()
  t.ok(gateway.at(1).call.signal?.aborted)
})

test('removes the listeners of callers that have their response', async (t) => {
  const { gateway, calls, disconnect } = await three()
  gateway.at(1).respond()
  await Promise.all(calls)
  for (const number of [1, 2, 3]) disconnect(number)
  t.notOk(gateway.at(1).call.signal?.aborted)
})
