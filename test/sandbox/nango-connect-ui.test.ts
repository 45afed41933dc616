import { Script } from 'node:vm'
import { test } from '../support/tap.ts'
import { setup } from './nango-fixture.ts'

test('serves the Connect UI page from its own origin, with its own script and a notice', async (t) => {
  const { nango } = await setup(t)
  t.not(new URL(nango.connectUiUrl).origin, new URL(nango.url).origin)
  t.ok(nango.connectUiUrl.endsWith('/'))
  const page = await fetch(`${nango.connectUiUrl}?apiURL=x`)
  const html = await page.text()
  t.match(html, /Simulator/)
  t.match(html, />Client ID</)
  t.match(html, />Client Secret</)
  t.notMatch(html, /<script>/)
  t.match(page.headers.get('content-security-policy'), /script-src 'self'/)
  const script = await fetch(new URL('connect.js', nango.connectUiUrl))
  t.match(script.headers.get('content-type'), /javascript/)
  const source = await script.text()
  t.doesNotThrow(() => new Script(source))
  t.equal((await fetch(new URL('other', nango.connectUiUrl))).status, 404)
})
