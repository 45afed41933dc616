import { test } from '../support/tap.ts'
import { callsAtRoller, listen } from '../support/build.ts'
import { rejectsAll, sendRaw } from './raw.ts'

test('rejects a request target with an authority', async (t) => {
  const built = await listen(t)
  await rejectsAll(t, built, [
    'http://evil.example/roller/venues/me', 'https://evil.example/roller/x',
    'HTTP://user:pass@evil.example:81/roller/x', 'http://127.0.0.1/roller/venues/me'
  ], 'ROLLER_ERR_PATH')
})

test('rejects other forms of a request target', async (t) => {
  const built = await listen(t)
  for (const line of ['OPTIONS *', 'CONNECT evil.example:443', 'GET //evil.example/roller/venues/me', 'GET roller/venues/me']) {
    t.not((await sendRaw(built.url, `${line} HTTP/1.1`)).status, 200, line)
  }
  t.same(built.nango.requests, [])
  t.same(callsAtRoller(built), [])
})
