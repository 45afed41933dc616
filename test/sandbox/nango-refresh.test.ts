import { setTimeout } from 'node:timers/promises'
import { test } from '../support/tap.ts'
import { json, setup } from './nango-fixture.ts'
import type { ConnectionBody, ErrorBody, ListBody } from './nango-fixture.ts'

const READ = '/connections/c1?provider_config_key=roller'

test('requests a token on first use, and again when it expires in less than 15 minutes', async (t) => {
  const { proxy, roller, advance } = await setup(t)
  await Promise.all([proxy('/x'), proxy('/x')])
  advance(40 * 60_000)
  await proxy('/x')
  t.equal(roller.tokenCalls.length, 1)
  advance(1)
  await proxy('/x')
  t.equal(roller.tokenCalls.length, 2)
})

test('requests a token for every call if it is valid for 15 minutes or less', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.expiresIn = 600
  await proxy('/x')
  await proxy('/x')
  t.equal(roller.tokenCalls.length, 2)
})

test('keeps a token for 55 minutes if its lifetime is 0', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.expiresIn = 0
  await proxy('/x')
  await proxy('/x')
  t.equal(roller.tokenCalls.length, 1)
})

test('returns 400 with the row after a failed refresh, 424 without a call for 30 s, then retries', async (t) => {
  const { call, proxy, roller, advance } = await setup(t)
  roller.tokenStatus = 401
  const first = await proxy<ErrorBody>('/x')
  t.match({ status: first.status, error: first.json.error }, {
    status: 400, error: { code: 'server_error', message: /^Failed to get connection credentials: '.*"connection_id":"c1"/ }
  })
  t.notMatch(first.text, /right-secret/)
  const second = await proxy<ErrorBody>('/x')
  t.match({ status: second.status, code: second.json.error.code }, { status: 424, code: 'connection_refresh_backoff' })
  t.equal(roller.tokenCalls.length, 1)
  t.match((await call<ListBody>('/connections')).json.connections[0]?.errors, [{ type: 'auth' }])
  advance(30_000)
  t.equal((await proxy('/x')).status, 400)
  t.equal(roller.tokenCalls.length, 2)
})

test('skips the back-off with force_refresh, and clears the error on success', async (t) => {
  const { call, proxy, roller } = await setup(t)
  roller.tokenStatus = 401
  t.equal((await call<ErrorBody>(READ)).status, 400)
  const backedOff = await call<ErrorBody>(READ)
  t.match({ status: backedOff.status, code: backedOff.json.error.code }, { status: 424, code: 'invalid_credentials' })
  roller.tokenStatus = 200
  t.equal((await call(`${READ}&force_refresh=true`)).status, 200)
  t.same((await call<ListBody>('/connections')).json.connections[0]?.errors, [])
  t.equal((await proxy('/x')).status, 200)
})

test('puts a valid token into the back-off after one failed force_refresh', async (t) => {
  const { call, proxy, roller, advance } = await setup(t)
  t.equal((await proxy('/x')).status, 200)
  roller.tokenStatus = 500
  t.equal((await call<ErrorBody>(`${READ}&force_refresh=true`)).json.error.code, 'invalid_credentials')
  t.equal((await proxy('/x')).status, 424)
  advance(30_000)
  t.equal((await proxy('/x')).status, 200)
})

test('never refreshes after a 401 of ROLLER', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.respond = json(401, {})
  t.equal((await proxy('/x')).status, 401)
  t.equal((await proxy('/x')).status, 401)
  t.equal(roller.tokenCalls.length, 1)
})

test('gives up after four days of failures, until a refresh is forced', async (t) => {
  const { call, proxy, roller, advance } = await setup(t)
  roller.tokenStatus = 401
  for (let day = 0; day < 4; day++) {
    await proxy('/x')
    advance(86_400_000)
  }
  const { status, json } = await proxy<ErrorBody>('/x')
  const error = { code: 'server_error', message: /^Failed to get connection credentials: '/ }
  t.match({ status, error: json.error }, { status: 424, error })
  roller.tokenStatus = 200
  await call(`${READ}&force_refresh=true`)
  t.equal((await proxy('/x')).status, 200)
})

test('joins a forced refresh to the check of another call, and returns the old token', async (t) => {
  const { call, proxy, roller, nango } = await setup(t)
  await proxy('/x')
  nango.setOptions({ credentialCheckTime: 100 })
  const other = proxy('/x')
  await setTimeout(30)
  const forced = await call<ConnectionBody>(`${READ}&force_refresh=true`)
  t.match({ status: forced.status, token: forced.json.credentials.token }, { status: 200, token: 'token-1' })
  t.equal((await other).status, 200)
  t.equal(roller.tokenCalls.length, 1, 'no token was requested from ROLLER')
  t.equal((await call<ConnectionBody>(`${READ}&force_refresh=true`)).json.credentials.token, 'token-2')
})

test('makes a call during a forced refresh wait for the new token', async (t) => {
  const { call, proxy, roller, nango } = await setup(t)
  await proxy('/x')
  nango.setOptions({ credentialCheckTime: 50 })
  await Promise.all([call(`${READ}&force_refresh=true`), proxy('/x')])
  t.match(roller.calls.map(({ headers }) => headers.authorization), ['Bearer token-1', 'Bearer token-2'])
})

test('changes updated_at on a successful and a failed refresh, not on new tags and metadata', async (t) => {
  const { call, roller, advance } = await setup(t)
  const updatedAt = async (): Promise<string> => {
    const { json: { connections: [row] } } = await call<ListBody>('/connections')
    t.match(row?.connection_id, 'c1')
    const read = await call<{ updated_at: string, error: ErrorBody['error'] & { payload: { connection: { updated_at: string } } } }>(READ)
    return read.status === 200 ? read.json.updated_at : read.json.error.payload.connection.updated_at
  }
  const first = await updatedAt()
  advance(1_000)
  await call('/connections/metadata', { method: 'PATCH', body: { connection_id: 'c1', provider_config_key: 'roller', metadata: { a: 1 } } })
  await call(READ, { method: 'PATCH', body: { tags: { a: 'b' } } })
  t.equal(await updatedAt(), first)
  await call(`${READ}&force_refresh=true`)
  const second = await updatedAt()
  t.ok(second > first)
  roller.tokenStatus = 401
  advance(1_000)
  await call(`${READ}&force_refresh=true`)
  t.ok(await updatedAt() > second)
})
