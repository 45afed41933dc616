/**
 * The connect page reports the actual state: the cause of a missing token, a used link, and never success for another venue's credentials.
 */
import { test } from '../support/tap.ts'
import { isAccessible, launch, needsBrowser, open } from './browser.ts'
import { site } from './fixture.ts'

const tokenOf = (link: string): string => /token=(nango_connect_session_[0-9a-f]{64})/.exec(link)?.[1] ?? ''

/** Nango's response when it got no token. */
const tokenError = (payload: unknown) => ({
  status: 400,
  headers: { 'access-control-allow-origin': '*' },
  json: { error: { code: 'client_credentials_fetch_error', message: 'x', payload } }
})

test('the connect page reports the actual state', needsBrowser, async (t) => {
  const browser = await launch(t)
  const served = await site(t)

  for (const [what, payload, heading] of [
    ['cannot be reached', '{"name":"Error","message":"fetch_unknown_error"}', 'ROLLER is not available right now'],
    ['answers 429', '{"provider_error_payload":{"message":"Too many requests"}}', 'ROLLER is not available right now'],
    ['says nothing', '{}', 'ROLLER did not give a clear answer'],
    ['is blocked by Nango', { host: 'api.roller.app', code: 'denied_ip' }, 'This link does not work']
  ] as const) {
    await t.test(`reports that ROLLER's token endpoint ${what}`, async (t) => {
      const { page } = await open(t, browser)
      await page.goto(await served.link({ clientId: 'my-park' }))
      await page.locator('#remaining:not(:empty)').waitFor()
      await page.fill('#client-secret', 'right')
      await page.route('**/oauth2/auth/**', (route) => route.fulfill(tokenError(payload)))
      await page.click('#submit')
      await page.getByRole('heading', { name: heading }).waitFor()
      t.equal(await page.getAttribute('#client-secret', 'aria-invalid'), null, 'the secret is not marked as wrong')
      t.equal(await page.inputValue('#client-secret'), 'right', 'and still there')
      if (typeof payload === 'object') t.match(await page.textContent('#problem-text'), /denied_ip, NANGO_OUTBOUND_URL_POLICY_OAUTH/)
    })
  }

  await t.test('reports a used link when it is opened again, in another browser too', async (t) => {
    const { page } = await open(t, browser)
    const link = await served.link({ clientId: 'used-park' })
    await page.goto(link)
    await page.fill('#client-secret', 'right')
    await page.click('#submit')
    await page.locator('#done').waitFor()
    const second = await open(t, browser)
    await second.page.goto(link)
    await second.page.locator('#done').waitFor()
    t.equal(await second.page.textContent('#done-title'), `${served.roller.venue('used-park').profile.name} is connected`)
    t.match(await second.page.textContent('#done-text'), /This link has been used/)
    t.equal(await second.page.isVisible('#done-tick'), true)
    await isAccessible(t, second.page, 'a used link')
  })

  await t.test('ends the session of a link whose use got no response, when it is opened again', async (t) => {
    const { page } = await open(t, browser)
    const link = await served.link({ clientId: 'lost-park' })
    const token = tokenOf(link)
    await fetch(`${served.nango.url}/oauth2/auth/roller?connect_session_token=${token}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_id: 'lost-park', client_secret: 'right' })
    })
    const ended = page.waitForResponse((response) => response.request().method() === 'DELETE')
    await page.goto(link)
    await page.locator('#done').waitFor()
    t.equal((await ended).status(), 204)
    t.match(await page.textContent('#done-text'), /This link has been used/)
  })

  await t.test('shows no check mark for credentials without access to the venue\'s data', async (t) => {
    const { page } = await open(t, browser)
    await page.goto(await served.link({ clientId: 'noaccess-park' }))
    await page.fill('#client-secret', 'right')
    await page.click('#submit')
    await page.getByRole('heading', { name: 'Connected' }).waitFor()
    t.match(await page.textContent('#done-text'), /do not have access to your venue/)
    t.equal(await page.isVisible('#done-tick'), false)
    t.equal(await page.isVisible('#done-notice'), true)
  })

  for (const form of ['our form', 'Nango\'s form'] as const) {
    await t.test(`shows no check mark for another venue's credentials, through ${form}`, async (t) => {
      const { page } = await open(t, browser)
      const link = await served.link({ connectionId: 'demo-venue', clientId: 'someone-else' }, '/connect-session/reconnect')
      await page.goto(link)
      await page.locator('#remaining:not(:empty)').waitFor()
      const ended = page.waitForResponse((response) => response.request().method() === 'DELETE')
      if (form === 'our form') {
        await page.fill('#client-secret', 'right')
        await page.click('#submit')
      } else {
        await page.click('#connect-ui')
        const frame = page.frameLocator('iframe#nango-connect-ui')
        await frame.locator('#client_id').fill('someone-else')
        await frame.locator('#client_secret').fill('right')
        await frame.locator('#submit').click()
      }
      await page.getByRole('heading', { name: 'This is another venue' }).waitFor()
      t.equal(await page.isVisible('#done-tick'), false)
      t.equal(await page.isVisible('#done-notice'), true)
      t.equal(await page.locator('iframe').count(), 0)
      t.equal((await ended).status(), 204, 'the session is ended')
    })
  }

  await t.test('shows no check mark for a reconnect whose venue cannot be read', async (t) => {
    const { page } = await open(t, browser)
    await page.goto(await served.link({ connectionId: 'demo-venue', clientId: 'demo' }, '/connect-session/reconnect'))
    await page.locator('#remaining:not(:empty)').waitFor()
    await page.route('**/connect/result', (route) => route.abort())
    await page.fill('#client-secret', 'right')
    await page.click('#submit')
    await page.getByRole('heading', { name: 'The Client ID and the Client Secret are correct' }).waitFor()
    t.equal(await page.isVisible('#done-tick'), false)
    t.match(await page.textContent('#done-text'), /has not confirmed yet/)
  })
})
