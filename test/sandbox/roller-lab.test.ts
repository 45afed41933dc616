import { createHash } from 'node:crypto'
import { test } from '../support/tap.ts'
import { send, start } from './roller-fixture.ts'

test('transfers bodies of any size both ways, with the usual token', async (t) => {
  const { roller, call } = await start(t)
  const size = 3_000_001
  const [plain, chunked] = [await call('GET', `/sandbox/bytes/${size}`), await call('GET', `/sandbox/bytes/${size}?chunked=1`)]
  t.equal(plain.headers['content-length'], String(size))
  t.equal(plain.headers['content-type'], 'application/octet-stream')
  t.equal(chunked.headers['transfer-encoding'], 'chunked')
  t.equal(plain.text, chunked.text)
  const payload = { filler: 'x'.repeat(2_000_000) }
  const text = JSON.stringify(payload)
  t.same(
    (await call('POST', '/sandbox/count', payload)).body, { bytes: text.length, sha256: createHash('sha256').update(text).digest('hex') }
  )
  t.equal(roller.requests.at(-1)?.body.length, 0, 'a counted body is not kept')
  const echo = await call('DELETE', '/sandbox/echo?q=1', { a: 1 })
  t.match(echo.body, { method: 'DELETE', url: '/sandbox/echo?q=1', bodyBase64: Buffer.from('{"a":1}').toString('base64'), bodyLength: 7 })
  t.equal((await send(roller.url, 'GET', '/sandbox/bytes/1')).status, 401)
})
