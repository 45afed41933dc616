import { test } from '../support/tap.ts'
import { json, setup } from './nango-fixture.ts'

test('returns 500 without the error wrapper while ROLLER is down', async (t) => {
  const { call, proxy, nango } = await setup(t)
  const credentials = { type: 'OAUTH2_CC', token: 'given', client_id: 'a', client_secret: 'b' }
  await call('/connections', { method: 'POST', body: { provider_config_key: 'roller', connection_id: 'c1', credentials } })
  nango.setOptions({ rollerUrl: 'http://127.0.0.1:1' })
  const { status, json: body } = await proxy('/x')
  t.equal(status, 500)
  t.match(body, { message: /ECONNREFUSED/, code: 'ECONNREFUSED', method: 'get' })
  t.notOk('error' in body)
})

test('blames the outbound policy if the host of ROLLER has no address', async (t) => {
  const { call, proxy, nango } = await setup(t)
  const credentials = { type: 'OAUTH2_CC', token: 'given', client_id: 'a', client_secret: 'b' }
  await call('/connections', { method: 'POST', body: { provider_config_key: 'roller', connection_id: 'c1', credentials } })
  nango.setOptions({ rollerUrl: 'http://roller.invalid' })
  t.match(await proxy('/x'), { status: 400, json: { error: { code: 'base_url_override_not_allowed' } } })
})

test('fails internally on a path that cannot be decoded', async (t) => {
  const { proxy, roller } = await setup(t)
  for (const path of ['/a%zz', '/a%ff']) t.match(await proxy(path), { status: 500, json: { error: { code: 'generic_error_support' } } })
  t.same(roller.calls, [])
  t.equal((await proxy('/x?a=%zz')).status, 200)
})

test('returns ECONNRESET when ROLLER closes the connection', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.respond = (req) => { req.socket.destroy() }
  t.match((await proxy('/x')).json, { message: 'socket hang up', code: 'ECONNRESET' })
})

test('returns an empty 500 for a truncated buffered body', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.respond = (req, res) => {
    res.writeHead(200, { 'content-length': 100 }).write('half')
    setTimeout(() => req.socket.destroy(), 5)
  }
  const { status, text } = await proxy('/x')
  t.match({ status, text }, { status: 500, text: '' })
})

test('closes the socket on a truncated stream', async (t) => {
  const { proxy, roller } = await setup(t)
  roller.respond = (req, res) => {
    res.writeHead(200).write('half')
    setTimeout(() => req.socket.destroy(), 5)
  }
  await t.rejects(proxy('/x'))
})

test('repeats even a POST and a 401 with Retries, and ignores Retry-After', async (t) => {
  const { proxy, roller, sleeps } = await setup(t)
  roller.respond = json(401, {}, { 'retry-after': '1' })
  t.equal((await proxy('/x', { method: 'POST', headers: { retries: '2' } })).status, 401)
  t.equal(roller.calls.length, 3)
  t.same(sleeps, [3000, 6000])
})
