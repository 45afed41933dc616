/** An expired link is reported: before any input, while the page is open, and by Nango in the last moment. */
import { test } from '../support/tap.ts'
import { isAccessible, launch, needsBrowser, open, shoot } from './browser.ts'
import { site } from './fixture.ts'

const MINUTE = 60_000

test('the expiry of a link', needsBrowser, async (t) => {
  const browser = await launch(t)
  let ahead = 0
  const served = await site(t, { nango: { now: () => Date.now() + ahead } })
  t.beforeEach(() => { ahead = 0 })

  await t.test('reports a link that Nango does not accept before any input', async (t) => {
    const { page, behaves } = await open(t, browser)
    const link = await served.link({ clientId: 'my-park' })
    ahead = 31 * MINUTE
    await page.goto(link)
    await page.getByRole('heading', { name: 'This link has expired' }).waitFor()
    t.match(await page.textContent('#ended-text'), /ask the sender for a new link/)
    t.equal(await page.isVisible('form'), false)
    t.equal(await page.evaluate('document.activeElement.id'), 'ended')
    await isAccessible(t, page, 'ended')
    await shoot(page, 'connect-ended')
    await behaves(t, served.origins, /status of 401/)
  })

  await t.test('reports an expiry while the page is open', async (t) => {
    const { page, behaves } = await open(t, browser)
    await page.clock.install()
    await page.goto(await served.link({ clientId: 'my-park' }))
    await page.locator('#remaining:not(:empty)').waitFor()
    t.match(await page.textContent('#remaining'), /29 more minutes|30 more minutes/)
    await page.fill('#client-secret', 'half a sec')
    await page.clock.runFor(25 * MINUTE)
    t.match(await page.textContent('#remaining'), /valid for 4 more minutes/)
    t.equal(await page.textContent('#status'), await page.textContent('#remaining'), 'announced once')
    await page.clock.runFor(4 * MINUTE)
    t.match(await page.textContent('#remaining'), /less than two minutes/)
    await page.clock.runFor(2 * MINUTE)
    await page.getByRole('heading', { name: 'This link has expired' }).waitFor()
    t.equal(await page.inputValue('#client-secret'), '', 'the input is cleared')
    await behaves(t, served.origins)
  })

  await t.test('reports an expiry between the last check and the click of the button', async (t) => {
    const { page } = await open(t, browser)
    await page.goto(await served.link({ clientId: 'late-park' }))
    await page.fill('#client-secret', 'right')
    await page.locator('#remaining:not(:empty)').waitFor()
    ahead = 31 * MINUTE
    await page.click('#submit')
    await page.getByRole('heading', { name: 'This link has expired' }).waitFor()
    t.equal(await page.textContent('#status'), '', 'nothing is being checked any more')
    t.same(served.nango.connections.filter(({ clientId }) => clientId === 'late-park'), [])
  })

  for (const [hours, where] of [[3, 'ahead'], [-3, 'behind']] as const) {
    await t.test(`accepts a link on a device whose clock is hours ${where}`, async (t) => {
      const { page, behaves } = await open(t, browser)
      await page.clock.install({ time: Date.now() + hours * 60 * MINUTE })
      await page.goto(await served.link({ clientId: 'my-park' }))
      await page.locator('#remaining:not(:empty)').waitFor()
      t.match(await page.textContent('#remaining'), /29 more minutes|30 more minutes/)
      t.equal(await page.isVisible('form'), true)
      await behaves(t, served.origins)
    })
  }

  await t.test('rejects an incomplete link, and accepts a second link in the same tab', async (t) => {
    const { page } = await open(t, browser)
    const link = await served.link({ clientId: 'first' })
    await page.goto(`${served.url}/connect#token=nango_connect_session_abc`)
    await page.getByRole('heading', { name: 'Open your link again' }).waitFor()
    await page.goto(link)
    await page.locator('#remaining:not(:empty)').waitFor()
    t.equal(await page.inputValue('#client-id'), 'first')
  })

  await t.test('shows the form when Nango is down as the page opens', async (t) => {
    const { page } = await open(t, browser)
    await page.route(`${served.nango.url}/**`, (route) => route.abort())
    await page.goto(await served.link({ clientId: 'my-park' }))
    await page.locator('#remaining:not(:empty)').waitFor()
    await page.fill('#client-secret', 'right')
    await page.click('#submit')
    await page.getByRole('heading', { name: 'Nango cannot be reached' }).waitFor()
    t.equal(await page.isVisible('#form'), true)
  })

  await t.test('does not report a link as expired while Nango cannot look up its session', async (t) => {
    const { page } = await open(t, browser)
    const link = await served.link({ clientId: 'down-park' })
    served.nango.setOptions({ postgresDown: true })
    const read = page.waitForResponse((response) => response.url() === `${served.nango.url}/connect/session`)
    await page.goto(link)
    t.equal((await read).status(), 401)
    await page.fill('#client-secret', 'right')
    await page.click('#submit')
    await page.getByRole('heading', { name: 'Something went wrong' }).waitFor()
    served.nango.setOptions({ postgresDown: false })
    await page.click('#submit')
    await page.locator('#done').waitFor()
  })

  await t.test('shows the connection when its venue cannot be read', async (t) => {
    const { page } = await open(t, browser)
    await page.goto(await served.link({ clientId: 'quiet-park' }))
    await page.route('**/connect/result', (route) => route.abort())
    await page.fill('#client-secret', 'right')
    await page.click('#submit')
    await page.getByRole('heading', { name: 'Connected' }).waitFor()
    t.match(await page.textContent('#done-text'), /not available right now/)
    t.equal(await page.isVisible('#facts'), false)
  })
})
