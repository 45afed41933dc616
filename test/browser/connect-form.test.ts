/** The connect page's own form: only the secret must be pasted, and every result has a message. */
import { test } from '../support/tap.ts'
import { launch, needsBrowser, open } from './browser.ts'
import { site } from './fixture.ts'

const KEY = 'key-of-the-caller-1234567890'

test('the form of the connect page', needsBrowser, async (t) => {
  const browser = await launch(t)
  // With API keys: the page has none, and must work without.
  const served = await site(t, { env: { API_KEYS: KEY } })

  await t.test('connects a venue with one paste, and shows the venue\'s name', async (t) => {
    const { page, behaves } = await open(t, browser)
    const link = await served.link({ clientId: 'my-park', tags: { organization_id: 'acme' } })
    await page.goto(link)
    t.equal(await page.inputValue('#client-id'), 'my-park')
    await page.waitForFunction("document.activeElement.id === 'client-secret'")
    await page.keyboard.type('  pasted-with-spaces ')
    let release = (): void => {}
    const held = new Promise<void>((resolve) => { release = resolve })
    await page.route('**/oauth2/auth/**', async (route) => { await held; await route.continue() })
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Checking with ROLLER' }).waitFor()
    t.equal(await page.textContent('#status'), 'Checking with ROLLER…', 'announced')
    await page.keyboard.press('Enter') // a second, impatient click
    release()
    await page.locator('#done').waitFor()

    const venue = served.roller.venue('my-park').profile
    t.equal(await page.textContent('#done-title'), `${venue.name} is connected`)
    t.match(
      await page.textContent('#venue-zone'), new RegExp(`^${venue.zone.split('/').at(-1)?.replaceAll('_', ' ') ?? ''}, \\d\\d:\\d\\d`)
    )
    t.equal(await page.textContent('#venue-environment'), 'Live')
    t.equal(await page.evaluate('document.activeElement.id'), 'done', 'the focus is where the news is')
    t.equal(await page.inputValue('#client-secret'), '', 'the secret is gone from the page')

    const made = served.nango.connections.filter(({ clientId }) => clientId === 'my-park')
    t.equal(made.length, 1, 'one connection, however often Enter was pressed')
    t.match(made[0], { clientSecret: 'pasted-with-spaces', tags: { organization_id: 'acme' } })
    await behaves(t, served.origins)
  })

  await t.test('sends the session token only to Nango, and deletes the session after the success', async (t) => {
    const { page } = await open(t, browser)
    const seen: { url: string, body: string | null }[] = []
    page.on('request', (request) => { seen.push({ url: request.url(), body: request.postData() }) })
    const link = await served.link({ clientId: 'my-park' })
    const token = /token=(nango_connect_session_[0-9a-f]{64})/.exec(link)?.[1] ?? ''
    await page.goto(link)
    await page.locator('#remaining:not(:empty)').waitFor()
    t.equal(page.url(), `${served.url}/connect`, 'not in the address bar')
    t.equal(await page.evaluate('history.length'), 2, 'nor a step back from it')
    await page.fill('#client-secret', 'canary-pasted-secret')
    const ended = page.waitForResponse((response) => response.request().method() === 'DELETE')
    await page.click('#submit')
    t.equal((await ended).status(), 204, 'the session is ended')
    await page.locator('#done').waitFor()
    const elsewhere = seen.filter(({ url }) => !url.startsWith(served.nango.url))
    t.notMatch(JSON.stringify(elsewhere.map(({ url, body }) => [url.split('#')[0], body])), new RegExp(`${token}|canary-pasted-secret`))
    const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])')
    t.equal(kept, '[{},{},""]', 'nothing is stored')
    t.notMatch(await page.content(), /canary-pasted-secret|nango_connect_session/)
    const again = await fetch(`${served.nango.url}/connect/session`, { headers: { authorization: `Bearer ${token}` } })
    t.equal(again.status, 401)
  })

  await t.test('shows a hint after a wrong secret, and allows another attempt', async (t) => {
    const { page, behaves } = await open(t, browser)
    await page.goto(await served.link({ clientId: 'second-park' }))
    await page.fill('#client-secret', 'wrong')
    await page.click('#submit')
    await page.locator('#problem').waitFor()
    t.equal(await page.textContent('#problem-title'), 'ROLLER did not accept the Client ID and the Client Secret')
    t.match(await page.textContent('#problem-text'), /Live.*those from Playground \(test\) do not work here/)
    t.equal(await page.getAttribute('#client-secret', 'aria-invalid'), 'true')
    t.match(await page.getAttribute('#client-secret', 'aria-describedby'), /problem/)
    t.equal(await page.evaluate('document.activeElement.id'), 'client-secret')
    await page.keyboard.type('right') // the rejected value is selected, so typing replaces it
    await page.keyboard.press('Enter')
    await page.locator('#done').waitFor()
    t.equal(await page.isVisible('#problem'), false)
    t.equal(served.nango.connections.filter(({ clientId }) => clientId === 'second-park').length, 1)
    await behaves(t, served.origins, /status of 400/) // the browser's own message about Nango's response
  })

  await t.test('asks for empty fields, and sends nothing', async (t) => {
    const { page, behaves } = await open(t, browser)
    await page.goto(await served.link())
    const before = served.nango.requests.length
    await page.locator('#remaining:not(:empty)').waitFor()
    await page.click('#submit')
    t.equal(await page.isVisible('#client-id-error'), true)
    t.equal(await page.isVisible('#client-secret-error'), true)
    t.equal(await page.evaluate('document.activeElement.id'), 'client-id')
    t.same(served.nango.requests.slice(before).filter(({ url }) => url.startsWith('/oauth2')), [])
    await behaves(t, served.origins)
  })

  await t.test('names the responsible party for other errors', async (t) => {
    const { page, behaves } = await open(t, browser)
    await page.goto(await served.link({ clientId: 'third-park' }))
    await page.fill('#client-secret', 'right')
    const reject = async (status: number, code: string, title: string, text: RegExp): Promise<void> => {
      await page.route(
        '**/oauth2/auth/**',
        (route) => route.fulfill(
          { status, json: { error: { code, message: 'raw words of Nango' } }, headers: { 'access-control-allow-origin': '*' } }
        ),
        { times: 1 }
      )
      await page.click('#submit')
      await page.getByRole('heading', { name: title }).waitFor()
      t.match(await page.textContent('#problem-text'), text)
      t.notMatch(await page.textContent('main'), /raw words/)
    }
    await reject(429, 'too_many_request', 'Too many attempts', /Wait a minute/)
    await reject(400, 'resource_capped', 'This link does not work', /resource_capped/)
    await reject(500, 'generic_error_support', 'Something went wrong', /generic_error_support/)
    await page.route('**/oauth2/auth/**', (route) => route.abort(), { times: 1 })
    await page.click('#submit')
    await page.getByRole('heading', { name: 'Nango cannot be reached' }).waitFor()
    t.match(await page.textContent('#problem-text'), new RegExp(new URL(served.nango.url).host))
    await page.route(
      '**/oauth2/auth/**',
      (route) => route.fulfill(
        { status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>', headers: { 'access-control-allow-origin': '*' } }
      ),
      { times: 1 }
    )
    await page.click('#submit')
    await page.getByRole('heading', { name: 'Something went wrong' }).waitFor()
    t.equal(await page.inputValue('#client-secret'), 'right', 'nothing has to be pasted again')
    await behaves(t, served.origins, /Failed to load resource/)
  })

  await t.test('detects credentials of another venue on reconnect', async (t) => {
    const { page } = await open(t, browser)
    await page.goto(await served.link({ connectionId: 'demo-venue' }, '/connect-session/reconnect'))
    await page.fill('#client-id', 'someone-else')
    await page.fill('#client-secret', 'right')
    await page.click('#submit')
    await page.getByRole('heading', { name: 'This is another venue' }).waitFor()
    t.match(await page.textContent('#done-text'), new RegExp(served.roller.venue('someone-else').profile.name))
    t.equal(await page.isVisible('#facts'), false)
  })
})
