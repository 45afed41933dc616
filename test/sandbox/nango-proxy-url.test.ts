/* eslint no-template-curly-in-string: off -- these are the templates of Nango, not of JavaScript */
import { test } from '../support/tap.ts'
import { setup } from './nango-fixture.ts'

// The raw URL that ROLLER gets for a raw path given to Nango.
const CASES: [string, string, string][] = [
  ['the query goes up as written', '/x?a=%20b+c&d', '/x?a=%20b+c&d'],
  ['dot segments resolve on the way to ROLLER', '/../connections', '/connections'],
  ['encoded dot segments do too', '/a/%2e%2e/connections', '/connections'],
  ['connectionConfig is rewritten', '/connectionConfig/x', '/connection_config/x'],
  ['a secret is filled into the query', '/x?s=${client_secret}', '/x?s=right-secret'],
  ['a token is filled into the path', '/${token}', '/token-1'],
  ['credentials by their path', '/x?s=${credentials.client_id}', '/x?s=venue-1'],
  ['the connection config', '/x?s=${connectionConfig.site}', '/x?s=north'],
  ['an encoded template is left alone', '/x?s=%24%7Bclient_secret%7D', '/x?s=%24%7Bclient_secret%7D'],
  ['a double bar picks the half that can be filled in', '/x?s=${nope}||/y?s=${client_id}', '']
]

for (const [name, path, expected] of CASES) {
  test(name, async (t) => {
    const { proxy, roller, nango } = await setup(t)
    nango.addConnection({ connectionId: 'c1', clientId: 'venue-1', clientSecret: 'right-secret', connectionConfig: { site: 'north' } })
    const { status } = await proxy(path)
    if (expected === '') return t.equal(status, 400, 'here the other half is no URL')
    t.equal(roller.calls[0]?.url, expected)
  })
}

test('removes the provider\'s base URL from the path', async (t) => {
  const { proxy, roller } = await setup(t)
  await proxy(`/${roller.url}/venues/me`)
  t.equal(roller.calls[0]?.url, '/venues/me')
})
