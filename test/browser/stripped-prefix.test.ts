/** Behind a real nginx that strips a prefix: the API explorer, the connect page and the pages of problems, in a browser. */
import { test } from '../support/tap.ts'
import { needsNginx, startNginx } from '../support/nginx.ts'
import { launch, needsBrowser, open } from './browser.ts'
import { execute, showOnly } from './explorer.ts'
import { site } from './fixture.ts'

const KEY = 'key-of-the-caller-1234567890'
const STRIPPED = `location /gateway/ {
  proxy_pass {server}/;
  proxy_http_version 1.1;
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header X-Forwarded-Prefix /gateway;
}`

test('a prefix that a proxy strips', { ...needsBrowser, ...needsNginx }, async (t) => {
  const browser = await launch(t)
  const served = await site(t, { env: { API_KEYS: KEY, TRUST_PROXY: '127.0.0.1' } })
  const nginx = await startNginx(t, served.url, STRIPPED)
  const gateway = `${nginx}/gateway`
  const { page, behaves } = await open(t, browser, { viewport: { width: 1200, height: 900 } })

  for (const path of ['/docs', '/docs/']) {
    await t.test(`the explorer at ${path} shows the operations`, async (t) => {
      await page.goto(gateway + path)
      await page.locator('.opblock-tag').first().waitFor()
      t.ok(await page.locator('.opblock-tag').count() > 10)
    })
  }

  await t.test('Execute calls through the proxy, and the type of a problem leads to its page', async (t) => {
    await showOnly(page, ['Venue', 'Other paths'])
    await page.reload()
    const response = await execute(page, 'Venue', 'getVenue')
    t.match(response, /^401 .*"type": "\/gateway\/problems\/ROLLER_ERR_UNAUTHORIZED"/s)
    await page.locator('.auth-wrapper .authorize').first().click()
    await page.locator('.auth-container input').fill(KEY)
    await page.locator('.auth-btn-wrapper .authorize').click()
    await page.locator('.btn-done').click()
    await page.reload() // the key is kept, and no former answer is on the page
    await page.locator('.opblock-tag').first().waitFor()
    t.match(await execute(page, 'Venue', 'getVenue'), new RegExp(`^200 .*${served.roller.venue('demo').profile.name}`, 's'))
    const wildcard = await execute(page, 'Other paths', 'getRoller', async (operation) => {
      await operation.getByPlaceholder('path').fill('venues/me')
    })
    t.match(wildcard, /^200 /, 'a slash in the path stays one')
    await page.goto(`${gateway}/problems/ROLLER_ERR_UNAUTHORIZED`)
    t.match(await page.textContent('h1'), 'ROLLER_ERR_UNAUTHORIZED')
  })

  await t.test('the link to the connect page leads through the proxy, and its form works', async (t) => {
    const response = await fetch(`${gateway}/connect-session`, { method: 'POST', headers: { authorization: `Bearer ${KEY}` } })
    const { connectPage } = await response.json() as { connectPage: string }
    t.match(connectPage, /^\/gateway\/connect#token=/)
    await page.goto(new URL(connectPage, nginx).href)
    await page.fill('#client-id', 'nginx-park')
    await page.fill('#client-secret', 'right')
    await page.click('#submit')
    await page.locator('#done-title').waitFor()
    t.match(await page.textContent('#done'), served.roller.venue('nginx-park').profile.name)
  })

  await behaves(t, [nginx, ...served.origins.slice(1)], /status of 401/)
})
