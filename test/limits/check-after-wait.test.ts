/** A call that waited is authorized again before it is sent. */
import { test, type Test } from '../support/tap.ts'
import { callsAtRoller, VENUE } from '../support/build.ts'
import { enterThroughNango, start, stored, until } from '../venues/fixture.ts'
import { ManualClock } from '../support/manual-clock.ts'

const limits = { rest: { limit: 1, windowMs: 20_000 }, margin: 0, jitter: 0 }
const owner = { 'x-owner': 'demo' }
const booking = {
  method: 'POST', url: '/roller/sandbox/echo', headers: { ...VENUE, ...owner, 'roller-max-wait': '50' }, payload: { a: 1 }
} as const

async function withQueuedPost (t: Pick<Test, 'teardown'>, verifyVenues = true) {
  const clock = new ManualClock()
  const setup = await start(t, {
    webhooks: false,
    options: {
      clock,
      verifyVenues,
      rateLimits: limits,
      identify: (request) => ({ tags: { organization_id: String(request.headers['x-owner']) } })
    }
  })
  await setup.app.inject({ url: '/roller/products', headers: { ...VENUE, ...owner } })
  let answered = false
  const post = setup.app.inject(booking).then((response) => { answered = true; return response })
  await new Promise((resolve) => setTimeout(resolve, 50)) // until it is queued
  return {
    ...setup,
    posts: () => callsAtRoller(setup).filter(({ method }) => method === 'POST'),
    async respond () {
      await until(() => { clock.advance(1_000); return answered })
      return await post
    }
  }
}

test('does not send a queued POST after new credentials were entered', async (t) => {
  const setup = await withQueuedPost(t)
  await enterThroughNango(setup, 'other-park', { organization_id: 'demo' })
  t.match((await setup.respond()).json(), { status: 409, code: 'ROLLER_ERR_VENUE_CHANGED' })
  t.same(setup.posts(), [])
})

test('does not send a queued POST for a tenant that has lost the connection', async (t) => {
  const setup = await withQueuedPost(t)
  await setup.app.roller.connections.update('demo-venue', { tags: { organization_id: 'acme' } })
  t.match((await setup.respond()).json(), { status: 404, code: 'ROLLER_ERR_CONNECTION_UNKNOWN' })
  t.same(setup.posts(), [])
})

test('does not send a queued POST for a tenant that has lost the connection without notice', async (t) => {
  const setup = await withQueuedPost(t, false)
  Object.assign(stored(setup, 'demo-venue').tags, { organization_id: 'acme' })
  t.match((await setup.respond()).json(), { status: 404, code: 'ROLLER_ERR_CONNECTION_UNKNOWN' })
  t.same(setup.posts(), [])
})

test('sends a queued POST once', async (t) => {
  const setup = await withQueuedPost(t)
  t.equal((await setup.respond()).statusCode, 200)
  t.equal(setup.posts().length, 1)
})

test('authorizes a GET again before its retry', async (t) => {
  const clock = new ManualClock()
  const setup = await start(t, { webhooks: false, options: { clock, retryPolicy: { baseMs: 10_000, capMs: 10_000, random: () => 1 } } })
  setup.roller.faults.next({ path: /products/, kind: 'status', status: 503 })
  let status = 0
  const get = setup.app.inject(
    { url: '/roller/products', headers: { ...VENUE, 'roller-max-wait': '50' } }
  ).then((response) => { status = response.statusCode })
  await until(() => callsAtRoller(setup).length === 1)
  await enterThroughNango(setup, 'other-park')
  await until(() => { clock.advance(1_000); return status !== 0 })
  await get
  t.equal(status, 409)
  t.equal(callsAtRoller(setup).filter(({ url }) => url === '/products').length, 1)
})

test('caps Roller-Max-Wait at the operator\'s bound', async (t) => {
  const clock = new ManualClock()
  const setup = await start(t, { webhooks: false, options: { clock, rateLimits: { ...limits, maxWaitLimit: 5_000 } } })
  await setup.app.inject({ url: '/roller/products', headers: VENUE })
  const rejected = await setup.app.inject({ url: '/roller/venues/me', headers: { ...VENUE, 'roller-max-wait': '3600' } })
  t.match(rejected.json(), { status: 429, retryAfter: 20 }, 'at once: 20 s are more than 5')
  t.match(rejected.headers, { 'ratelimit-policy': '"rest";q=1;w=20', ratelimit: '"rest";r=0;t=20' }, 'an error states the limit')
})
