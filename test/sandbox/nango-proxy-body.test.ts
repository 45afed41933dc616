import { test } from '../support/tap.ts'
import { setup } from './nango-fixture.ts'

const BYTES = '{"id": 9007199254740993, "price": 1.0}'

test('serializes a JSON body again, which changes big integers and 1.0', async (t) => {
  const { proxy, roller } = await setup(t)
  await proxy('/x', { method: 'POST', raw: BYTES, headers: { 'content-type': 'application/json' } })
  t.equal(roller.calls[0]?.body, '{"id":9007199254740992,"price":1}')
})

test('forwards octet-stream with Nango-Proxy-Content-Type byte for byte, as JSON', async (t) => {
  const { proxy, roller } = await setup(t)
  const headers = { 'content-type': 'application/octet-stream', 'nango-proxy-content-type': 'application/json' }
  await proxy('/x', { method: 'POST', raw: BYTES, headers })
  t.equal(roller.calls[0]?.body, BYTES)
  t.equal(roller.calls[0]?.headers['content-type'], 'application/json')
})

test('drops the body without a content type', async (t) => {
  const { proxy, roller } = await setup(t)
  await proxy('/x', { method: 'POST', raw: BYTES })
  t.equal(roller.calls[0]?.body, '')
})

test('converts a form to JSON unless the prefixed content type is a form', async (t) => {
  const { proxy, roller } = await setup(t)
  const type = 'application/x-www-form-urlencoded'
  await proxy('/x', { method: 'POST', raw: 'a=1', headers: { 'content-type': type } })
  await proxy('/x', { method: 'POST', raw: 'a=1', headers: { 'content-type': type, 'nango-proxy-content-type': type } })
  t.same(roller.calls.map((call) => call.body), ['{"a":"1"}', 'a=1'])
})
