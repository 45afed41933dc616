import { test } from '../support/tap.ts'
import { setup } from './nango-fixture.ts'

const BYTES = { 'content-type': 'application/octet-stream' }

test('accepts 30 MB, and rejects 80 MB', async (t) => {
  const { proxy, roller } = await setup(t)
  t.equal((await proxy('/x', { method: 'POST', raw: Buffer.alloc(30_000_000, 'x'), headers: BYTES })).status, 200)
  t.equal(roller.calls[0]?.body.length, 30_000_000)
  t.match(await proxy('/x', { method: 'POST', raw: Buffer.alloc(80_000_000, 'x'), headers: BYTES }), { status: 413 })
  t.equal(roller.calls.length, 1)
})

test('drops the body of a GET', async (t) => {
  const { proxy, roller } = await setup(t)
  await proxy('/x', { method: 'GET', raw: '{"a":1}', headers: BYTES })
  t.match(roller.calls, [{ method: 'GET', body: '' }])
})
