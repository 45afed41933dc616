import { setTimeout } from 'node:timers/promises'
import { test } from '../support/tap.ts'
import { json, setup } from './nango-fixture.ts'
import type { ConnectionBody, ErrorBody, ListBody } from './nango-fixture.ts'

const READ = '/connections/c1?provider_config_key=roller'

test('a token is minted at the first use and again with less than 15 minutes left', async (t) => {
  const { proxy, roller, advance } = await setup(t)
  await Promise.all([proxy('/x'), proxy('/x')])
  advance(40 * 60_000)
  await proxy('/x')
  t.equal(roller.tokenCalls.length, 1)
  advance(1)
  await proxy('/x')
  t.equal(roller.tokenCalls.length, 2)
})

test('a token that lives 15 minutes or less is minted for every call', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.expiresIn = 600
  await proxy('/x')
  await proxy('/x')
  t.equal(roller.tokenCalls.length, 2)
})

test('a failed refresh: 400 with the row in it, then 424 for 30 s without a call, then again', async (t) => {
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

test('force_refresh goes past the back-off, and success clears the error', async (t) => {
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

test('one failed force_refresh puts a good token into the back-off', async (t) => {
  const { call, proxy, roller, advance } = await setup(t)
  t.equal((await proxy('/x')).status, 200)
  roller.tokenStatus = 500
  t.equal((await call<ErrorBody>(`${READ}&force_refresh=true`)).json.error.code, 'invalid_credentials')
  t.equal((await proxy('/x')).status, 424)
  advance(30_000)
  t.equal((await proxy('/x')).status, 200)
})

test('a 401 from ROLLER never refreshes', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.answer = json(401, {})
  t.equal((await proxy('/x')).status, 401)
  t.equal((await proxy('/x')).status, 401)
  t.equal(roller.tokenCalls.length, 1)
})

test('after four failing days Nango gives up until it is forced', async (t) => {
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

test('a forced refresh joins the check of another call and gets the old token', async (t) => {
  const { call, proxy, roller, nango } = await setup(t)
  await proxy('/x')
  nango.setOptions({ credentialCheckTime: 100 })
  const other = proxy('/x')
  await setTimeout(30)
  const forced = await call<ConnectionBody>(`${READ}&force_refresh=true`)
  t.match({ status: forced.status, token: forced.json.credentials.token }, { status: 200, token: 'token-1' })
  t.equal((await other).status, 200)
  t.equal(roller.tokenCalls.length, 1, 'ROLLER was asked for no token')
  t.equal((await call<ConnectionBody>(`${READ}&force_refresh=true`)).json.credentials.token, 'token-2')
})

test('a call that arrives during a forced refresh waits for the new token', async (t) => {
  const { call, proxy, roller, nango } = await setup(t)
  await proxy('/x')
  nango.setOptions({ credentialCheckTime: 50 })
  await Promise.all([call(`${READ}&force_refresh=true`), proxy('/x')])
  t.match(roller.calls.map(({ headers }) => headers.authorization), ['Bearer token-1', 'Bearer token-2'])
})

test('a refresh and a refused one change updated_at, tags and metadata do not', async (t) => {
  const { call, roller, advance } = await setup(t)
  const updatedAt = async (): Promise<string> => {
    const { json: { connections: [row] } } = await call<ListBody>('/connections')
    t.match(row?.connection_id, 'c1')
    const answer = await call<{ updated_at: string, error: ErrorBody['error'] & { payload: { connection: { updated_at: string } } } }>(READ)
    return answer.status === 200 ? answer.json.updated_at : answer.json.error.payload.connection.updated_at
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
