import { test } from '../support/tap.ts'
import { connect, send, start, MINUTE } from './roller-fixture.ts'

test('starts a cooling-off of one credential after one call too many', async (t) => {
  const { roller, clock, call } = await start(t, { limits: { rest: 3, reporting: 2 } })
  const other = await connect(roller, 'other')
  for (let index = 0; index < 3; index++) t.equal((await call('GET', '/venues/me')).status, 200)
  t.equal((await call('GET', '/data/roles')).status, 200, 'reports have a limit of their own')
  const rejected = await call('GET', '/venues/me')
  t.equal(rejected.status, 429)
  t.equal(rejected.headers['retry-after'], '60')
  clock.forward(20_000)
  t.equal((await call('GET', '/data/roles')).headers['retry-after'], '40', 'every API rests')
  t.equal((await send(roller.url, 'POST', '/token', { client_id: 'demo', client_secret: 'secret' })).status, 429)
  t.equal(roller.penalties, 1, 'one cooling-off, however many calls run into it')
  t.equal((await other('GET', '/venues/me')).status, 200)
  clock.forward(40_000)
  t.equal((await call('GET', '/venues/me')).status, 200)
})

test('counts in a sliding window', async (t) => {
  const { roller, clock, call } = await start(t, { limits: { rest: 2 } })
  await call('GET', '/venues/me')
  clock.forward(MINUTE - 1)
  t.equal((await call('GET', '/venues/me')).status, 200)
  clock.forward(1)
  t.equal((await call('GET', '/venues/me')).status, 200, 'the first call is a minute old')
  t.equal((await call('GET', '/venues/me')).status, 429, 'the second is not')
  t.equal(roller.penalties, 1)
})

test('has the published limits by default, and none with off', async (t) => {
  const strict = await start(t)
  for (let index = 0; index < 120; index++) await strict.call('GET', '/data/roles')
  t.equal(strict.roller.penalties, 0)
  t.equal((await strict.call('GET', '/data/roles')).status, 429)
  const free = await start(t, { limits: 'off' })
  for (let index = 0; index < 121; index++) await free.call('GET', '/data/roles')
  t.equal(free.roller.penalties, 0)
})
