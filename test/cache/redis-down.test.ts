/** A Redis that is down is a miss, detected soon; an invalidation that Redis did not get is repeated before the next read. */
import { Redis } from 'ioredis'
import t from '../support/tap.ts'
import type { RedisLike } from '#plugin/redis/client.js'
import { RedisCacheStore } from '#plugin/gateway/cache/redis-store.js'
import { startRedis } from '../support/redis-server.ts'
import { callOf, FakeGateway, settled, Sharing, textOf } from './helpers.ts'
import { SteppedClock } from '../support/manual-clock.ts'

const server = await startRedis()
const client = new Redis(server.port, '127.0.0.1').on('error', () => {})
t.teardown(async () => {
  client.disconnect()
  await server.kill()
})

/** Wraps the real client; fails or hangs on demand. */
function breakable () {
  const state = { broken: false as false | 'fails' | 'hangs', requested: 0, status: 'ready' }
  const through = (work: () => Promise<unknown>): Promise<unknown> => {
    state.requested++
    if (state.broken === 'hangs') return new Promise(() => {})
    return state.broken === 'fails' ? Promise.reject(new Error('OOM command not allowed')) : work()
  }
  const redis: RedisLike = {
    get status () { return state.status },
    evalsha: (sha, keys, ...args) => through(() => client.evalsha(sha, keys, ...args)),
    eval: (script, keys, ...args) => through(() => client.eval(script, keys, ...args))
  }
  return { state, redis }
}

let count = 0

function setup (timeoutMs = 30_000) {
  const { state, redis } = breakable()
  const clock = new SteppedClock()
  const gateway = new FakeGateway()
  gateway.serve = (_call, number) => ({ body: `body ${number}` })
  const store = new RedisCacheStore(redis, { scope: `away-${++count}`, clock, timeoutMs })
  const shared = new Sharing({ next: gateway, clock, cache: { store, rules: { 'GET /products': 60_000 } } })
  return { state, clock, gateway, shared, get: async (connectionId = 'venue') => await textOf(await shared.send(callOf({ connectionId }))) }
}

const write = (connectionId = 'venue') => callOf({ name: 'PUT /products/stock', connectionId })

t.test('treats a failing Redis as a miss, and pauses for a second', async (t) => {
  const { state, clock, shared, get } = setup()
  t.equal(await get(), 'body 1')
  state.broken = 'fails'
  const response = await shared.send(callOf())
  t.equal(response.headers['cache-status'], 'fastify-roller; fwd=miss')
  t.equal(await textOf(response), 'body 2')
  const { requested } = state
  t.equal(await get(), 'body 3')
  t.equal(state.requested, requested, 'not requested again')
  state.broken = false
  clock.advance(1_000)
  t.equal(await get(), 'body 1', 'and back by itself')
})

t.test('waits once, briefly, for a Redis that hangs', async (t) => {
  const { state, get } = setup(20)
  state.broken = 'hangs'
  t.equal(await get(), 'body 1')
  t.equal(await get(), 'body 2')
  t.equal(state.requested, 1)
})

t.test('sends nothing to a client that is not connected', async (t) => {
  for (const status of ['reconnecting', 'close', 'end']) {
    const { state, get } = setup()
    state.status = status
    t.equal(await get(), 'body 1')
    t.equal(await get(), 'body 2')
    t.equal(state.requested, 0, status)
  }
})

t.test('repeats a failed invalidation before the next read', async (t) => {
  const { state, clock, shared, get } = setup()
  t.equal(await get(), 'body 1')
  state.broken = 'fails'
  await shared.send(write())
  t.equal(await get(), 'body 3', 'not requested at all')
  state.broken = false
  clock.advance(1_000)
  t.equal(await get(), 'body 4', 'the older one is gone')
  t.equal(await get(), 'body 4')
})

t.test('adds up the failed invalidations of several writes', async (t) => {
  const { state, clock, shared, get } = setup()
  t.equal(await get(), 'body 1')
  state.broken = 'fails'
  await shared.send(write())
  await shared.send(callOf({ name: 'POST /webhooks' }))
  state.broken = false
  clock.advance(1_000)
  t.equal(await get(), 'body 4')
  state.broken = 'fails'
  await shared.send(callOf({ name: 'POST /elsewhere' }))
  await shared.send(callOf({ name: 'POST /webhooks' }))
  state.broken = false
  clock.advance(1_000)
  t.equal(await get(), 'body 7')
})

t.test('repeats failed invalidations of other connections too, for all replicas', async (t) => {
  const { state, clock, shared, get } = setup()
  const venues = ['one', 'two', 'three']
  const gateway = new FakeGateway()
  gateway.serve = () => ({ body: 'fresh' })
  const store = new RedisCacheStore(client, { scope: `away-${count}`, clock })
  const replica = new Sharing({ next: gateway, clock, cache: { store, rules: { 'GET /products': 60_000 } } })
  for (const outage of ['first', 'second']) {
    for (const venue of venues) await get(venue)
    state.broken = 'fails'
    for (const venue of venues) await shared.send(write(venue))
    state.broken = false
    clock.advance(1_000)
    const { requested } = state
    await get('one') // its own invalidation, a read and a write; then those of the others
    for (let tries = 0; tries < 1_000 && state.requested < requested + 5; tries++) await settled()
    for (const connectionId of ['two', 'three']) {
      t.equal(await textOf(await replica.send(callOf({ connectionId }))), 'fresh', `${connectionId} after the ${outage} outage`)
      await replica.forget(connectionId)
    }
  }
})

t.test('repeats a failed invalidation although an older one is confirmed after it', async (t) => {
  const sent: { readonly args: readonly string[], resolve: (reply: unknown) => void, reject: (error: Error) => void }[] = []
  const evalsha = (...args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => { sent.push({ args: args.map(String), resolve, reject }) })
  const clock = new SteppedClock()
  const pending = new RedisCacheStore({ evalsha, eval: evalsha }, { scope: 'pending', clock, timeoutMs: 30_000 })
  const [older, newer] = [pending.invalidate('venue', ['products']), pending.invalidate('venue', ['bookings'])]
  await settled()
  sent[1]?.reject(new Error('OOM command not allowed'))
  await newer
  sent[0]?.resolve(1)
  await older
  clock.advance(1_000)
  const read = pending.find({ connectionId: 'venue', resource: 'bookings', key: 'x' }, false)
  await settled()
  t.ok(sent[2]?.args.includes('bookings') === true && sent[2].args.includes('drop'), 'before the read')
  sent[2]?.reject(new Error('OOM command not allowed'))
  t.same(await read, { hit: null, generation: null })
})

/** Unlike events.once it does not reject at an error: attempts to reconnect fail until the server listens. */
function reported (event: string): Promise<void> {
  return new Promise((resolve) => { client.once(event, () => { resolve() }) })
}

t.test('reloads its script on a restarted or new server', async (t) => {
  const { state, clock, get } = setup()
  t.equal(await get(), 'body 1')
  await client.script('FLUSH')
  t.equal(await get(), 'body 1')
  const lost = reported('close')
  await server.kill()
  await lost
  state.status = 'reconnecting'
  t.equal(await get(), 'body 2')
  const back = new Promise((resolve) => { client.once('ready', resolve) }) // an attempt before the server listens is an error
  await server.start()
  await back
  state.status = 'ready'
  clock.advance(1_000)
  const fresh = await get()
  t.equal(await get(), fresh)
})
