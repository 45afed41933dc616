import { test } from '../support/tap.ts'
import { callsAtRoller, holdsNoSecret, listen } from '../support/build.ts'
import { onlyOwnValues, sendRaw } from './raw.ts'

const HOSTILE = [
  'Base-Url-Override: http://evil.example', 'base-url-override: http://127.0.0.1:1', 'Nango-Proxy-Authorization: Bearer stolen',
  'Nango-Proxy-Cookie: a=b', 'NANGO-PROXY-X-Evil: 1', 'Nango-Proxy-Host: evil.example', 'Nango-Proxy-User-Agent: evil',
  'Nango-Proxy-Accept: text/evil',
  'Provider-Config-Key: other', 'Retries: 9', 'Retry-On: 200,404', 'Decompress: true', 'Forward-Headers-On-Redirect: true',
  'Nango-Is-Script: true',
  'Nango-Is-Sync: true', 'Nango-Is-Dry-Run: true', 'Nango-Activity-Log-Id: x', 'Authorization: Bearer stolen', 'Cookie: session=1',
  'Proxy-Authorization: Basic eA==', 'TE: trailers', 'Trailer: x', 'Keep-Alive: timeout=9', 'Upgrade: websocket',
  'X-Forwarded-For: 10.0.0.1',
  'X-Forwarded-Host: evil.example', 'Forwarded: host=evil.example', 'If-None-Match: *', 'Range: bytes=0-1', 'Accept-Encoding: gzip',
  'User-Agent: evil',
  'Connection-Id-X: y', 'X-HTTP-Method-Override: DELETE', 'X-Expect: x', '__proto__: x', 'constructor: y'
]

for (const method of ['GET', 'POST']) {
  test(`forwards no hostile header on a ${method}, to Nango or to ROLLER`, async (t) => {
    const built = await listen(t)
    const body = method === 'POST' ? '{}' : ''
    const framing = method === 'POST' ? ['Content-Type: application/json', 'Content-Length: 2'] : []
    for (const headers of [...HOSTILE.map((header) => [header]), HOSTILE]) {
      const response = await sendRaw(built.url, [`${method} /roller/sandbox/echo HTTP/1.1`, ...framing, ...headers].join('\r\n'), body)
      t.equal(response.status, 200, headers.join())
      t.notMatch(response.text, /evil|stolen|session=1|10\.0\.0\.1/, 'ROLLER saw nothing of it')
      holdsNoSecret(t, response.text.replaceAll(/authorization":"[^"]+"/g, ''), built)
    }
    t.equal(callsAtRoller(built).length, HOSTILE.length + 1, 'one call each: no retries but the gateway\'s own')
    onlyOwnValues(t, built)
  })
}

test('forwards the headers of ROLLER\'s contract', async (t) => {
  const built = await listen(t)
  const own = ['Accept: application/json', 'Accept-Language: de', 'Timezone-Designators: true']
  await sendRaw(built.url, ['GET /roller/sandbox/echo HTTP/1.1', ...own].join('\r\n'))
  const { headers } = built.roller.requests.find(({ url }) => url === '/sandbox/echo') ?? { headers: {} }
  t.match(headers, { accept: 'application/json', 'accept-language': 'de', 'timezone-designators': 'true' })
  onlyOwnValues(t, built)
})
