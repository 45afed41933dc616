/** The cause of a missing token: payloads of a real server, classified alike by the server and the page's script. */
import { test } from '../support/tap.ts'
import { readAssets } from '#plugin/connect-page/assets.js'
import { readTokenFailure, type TokenFailure } from '#plugin/nango/token-error.js'

interface Script { readTokenFailure: (payload: unknown) => TokenFailure }

const payloadOf = (payload: unknown): string => JSON.stringify({ provider_error_payload: payload })

const CASES: readonly [what: string, payload: unknown, failure: TokenFailure][] = [
  ['ROLLER rejects the pair', payloadOf({ message: 'The client credentials are invalid' }), 'rejected'],
  ['an OAuth error', payloadOf({ error: 'invalid_client' }), 'rejected'],
  ['ROLLER has suspended the credentials', payloadOf({ message: 'These credentials are suspended' }), 'rejected'],
  ['a rejection as plain text', payloadOf('Unauthorized'), 'rejected'],
  ['503 with a text that says nothing', payloadOf({ message: 'down' }), 'unclear'],
  ['503 as text', payloadOf({ message: 'Service temporarily unavailable' }), 'unavailable'],
  ['429', payloadOf({ message: 'Too many requests' }), 'unavailable'],
  ['429 that names the credentials', payloadOf({ message: 'Rate limit of these credentials exceeded' }), 'unavailable'],
  ['500', payloadOf({ message: 'Internal Server Error' }), 'unavailable'],
  ['a page of a firewall that says forbidden', payloadOf('<html><body>403 Forbidden</body></html>'), 'unavailable'],
  ['a response without a body, 401 or 503', '{}', 'unclear'],
  ['a reset, a refused connection, a timeout', '{"name":"Error","message":"fetch_unknown_error"}', 'unreachable'],
  ['Nango\'s policy', { host: '127.0.0.1:4000', code: 'denied_ip', message: 'blocked' }, 'blocked'],
  ['Nango\'s allow-list', { host: 'api.roller.app', code: 'allowlist_miss' }, 'blocked'],
  ['no such host', { host: 'api.roller.app', code: 'dns_resolution_failed' }, 'unreachable'],
  ['nothing', undefined, 'unclear'],
  ['null', null, 'unclear'],
  ['an empty object', {}, 'unclear'],
  ['no JSON', 'boom', 'unclear'],
  ['JSON of another kind', '[]', 'unclear'],
  ['JSON null', 'null', 'unclear'],
  ['a number', 7, 'unclear'],
  ['deeper than the limit', payloadOf({ message: { credentials: 'invalid' } }), 'unclear']
]

test('classifies a payload alike on server and page', async (t) => {
  const source = readAssets().files.get('token-error.js')?.content ?? ''
  t.notMatch(source, /^import|sourceMappingURL/m, 'is a complete page in a browser')
  const script = await import(`data:text/javascript,${encodeURIComponent(source)}`) as Script
  for (const [what, payload, failure] of CASES) {
    t.equal(readTokenFailure(payload), failure, what)
    t.equal(script.readTokenFailure(payload), failure, `${what}, in the browser`)
  }
})
