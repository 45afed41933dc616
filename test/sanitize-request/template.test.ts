import { test } from '../support/tap.ts'
import { callsAtRoller, holdsNoSecret, listen } from '../support/build.ts'
import { onlyOwnValues, sendRaw } from './raw.ts'

/** The caller's target, and the one that ROLLER receives. */
const CASES: readonly (readonly [string, string])[] = [
  ['/sandbox/echo?x=${client_secret}', '/sandbox/echo?x=%24%7Bclient_secret%7D'], // eslint-disable-line no-template-curly-in-string
  ['/sandbox/echo?x=$%7Bclient_secret}', '/sandbox/echo?x=%24%7Bclient_secret%7D'],
  ['/sandbox/echo?x=%24{token}', '/sandbox/echo?x=%24%7Btoken%7D'],
  ['/x/${credentials.client_secret}', '/x/%24%7Bcredentials.client_secret%7D'], // eslint-disable-line no-template-curly-in-string
  ['/x/%24%7Btoken%7D', '/x/%24%7Btoken%7D'],
  ['/x?a=1||https://evil.example/', '/x?a=1%7C%7Chttps%3A//evil.example/'],
  ['/x/a||b?c', '/x/a%7C%7Cb?c'],
  ['/x/connectionConfig?connectionConfig=connectionConfig', '/x/connection%43onfig?connection%43onfig=connection%43onfig'],
  ['/x?to=https://api.roller.app/y', '/x?to=https%3A//api.roller.app/y']
]

test('encodes all text that Nango would interpolate, split, rename or cut', async (t) => {
  const built = await listen(t)
  // The simulator removes its own provider's base URL, like Nango.
  const cases = [...CASES, [`/x?to=${built.roller.url}/y`, `/x?to=${built.roller.url.replace('://', '%3A//')}/y`]] as const
  for (const [written] of cases) {
    const { text } = await sendRaw(built.url, `GET /roller${written} HTTP/1.1`)
    holdsNoSecret(t, text.replaceAll(/authorization":"[^"]+"/g, ''), built) // the echo shows what ROLLER received
  }
  t.same(callsAtRoller(built).map(({ url }) => url), cases.map(([, arrived]) => arrived))
  onlyOwnValues(t, built)
  holdsNoSecret(t, built.roller.requests.filter(({ url }) => url !== '/token').map(({ url, body }) => url + String(body)).join('\n'), built)
})

test('handles a base URL in the path without a double slash', async (t) => {
  const built = await listen(t)
  for (const target of ['/roller/https://evil.example/x', '/roller/http:%2f%2fevil.example', `/roller/${built.roller.url}/venues/me`]) {
    t.equal((await sendRaw(built.url, `GET ${target} HTTP/1.1`)).code, 'ROLLER_ERR_PATH')
  }
  t.same(built.nango.requests, [])
})
