import { test } from '../support/tap.ts'
import { setup } from './nango-fixture.ts'

const BYTES = '{"id": 9007199254740993, "price": 1.0}'

test('a JSON body is written anew: big integers and 1.0 change', async (t) => {
  const { proxy, roller } = await setup(t)
  await proxy('/x', { method: 'POST', raw: BYTES, headers: { 'content-type': 'application/json' } })
  t.equal(roller.calls[0]?.body, '{"id":9007199254740992,"price":1}')
})

test('octet-stream with Nango-Proxy-Content-Type arrives byte for byte, as JSON', async (t) => {
  const { proxy, roller } = await setup(t)
  const headers = { 'content-type': 'application/octet-stream', 'nango-proxy-content-type': 'application/json' }
  await proxy('/x', { method: 'POST', raw: BYTES, headers })
  t.equal(roller.calls[0]?.body, BYTES)
  t.equal(roller.calls[0]?.headers['content-type'], 'application/json')
})

test('without a content type the body is dropped', async (t) => {
  const { proxy, roller } = await setup(t)
  await proxy('/x', { method: 'POST', raw: BYTES })
  t.equal(roller.calls[0]?.body, '')
})

test('a form becomes JSON unless the prefixed content type says form', async (t) => {
  const { proxy, roller } = await setup(t)
  const type = 'application/x-www-form-urlencoded'
  await proxy('/x', { method: 'POST', raw: 'a=1', headers: { 'content-type': type } })
  await proxy('/x', { method: 'POST', raw: 'a=1', headers: { 'content-type': type, 'nango-proxy-content-type': type } })
  t.same(roller.calls.map((call) => call.body), ['{"a":"1"}', 'a=1'])
})
