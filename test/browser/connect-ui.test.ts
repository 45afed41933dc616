/** The other way on the connect page: Nango's own Connect UI, by the messages of Nango's client. */
import { test } from '../support/tap.ts'
import { isAccessible, launch, needsBrowser, open, shoot } from './browser.ts'
import { site } from './fixture.ts'

test('Nango\'s form in a frame', needsBrowser, async (t) => {
  const browser = await launch(t)
  const served = await site(t)

  await t.test('connects, and shows the venue when the frame is closed', async (t) => {
    const { page, behaves } = await open(t, browser)
    const link = await served.link({ clientId: 'my-park', tags: { organization_id: 'acme' } })
    const token = /token=(\w+)/.exec(link)?.[1] ?? ''
    await page.goto(link)
    await page.click('#connect-ui')
    const frame = page.frameLocator('iframe#nango-connect-ui')
    await frame.locator('#client_id').fill('ui-park')
    t.equal(new URL(await page.locator('iframe').getAttribute('src') ?? '').searchParams.get('apiURL'), served.nango.url)
    t.notMatch(await page.locator('iframe').getAttribute('src'), token, 'the token is not in an address')
    await frame.locator('#client_secret').fill('wrong')
    await frame.locator('#submit').click()
    await frame.getByText('did not accept').waitFor()
    await shoot(page, 'connect-ui')
    await frame.locator('#client_secret').fill('right')
    await frame.locator('#submit').click()
    await frame.locator('#finish').click()
    await page.locator('#done').waitFor()
    t.equal(await page.textContent('#done-title'), `${served.roller.venue('ui-park').profile.name} is connected`)
    t.equal(await page.locator('iframe').count(), 0)
    await page.waitForFunction("document.activeElement.id === 'done'")
    t.match(served.nango.connections.find(({ clientId }) => clientId === 'ui-park'), { tags: { organization_id: 'acme' } })
    await isAccessible(t, page, 'after Nango\'s form')
    await behaves(t, served.origins, /status of 400/)
  })

  await t.test('restores the page when it is closed without a connection', async (t) => {
    const { page, behaves } = await open(t, browser)
    await page.goto(await served.link({ clientId: 'my-park' }))
    await page.click('#connect-ui')
    await page.frameLocator('iframe#nango-connect-ui').locator('#close').click()
    await page.locator('iframe').waitFor({ state: 'detached' })
    t.equal(await page.isVisible('form'), true)
    t.equal(await page.evaluate('document.activeElement.id'), 'connect-ui')
    await behaves(t, served.origins)
  })

  await t.test('removes a frame that never loads', async (t) => {
    const { page } = await open(t, browser)
    await page.clock.install()
    await page.route(`${served.nango.connectUiUrl}**`, (route) => route.fulfill({ body: 'nothing', contentType: 'text/html' }))
    await page.goto(await served.link({ clientId: 'my-park' }))
    await page.click('#connect-ui')
    await page.locator('iframe').waitFor()
    await page.clock.runFor(10_000)
    await page.getByRole('heading', { name: 'Nango cannot be reached' }).waitFor()
    t.equal(await page.locator('iframe').count(), 0)
  })

  await t.test('is not offered without an address of Connect UI', async (t) => {
    const alone = await site(t, { env: { NANGO_CONNECT_URL: '' } })
    const { page, behaves } = await open(t, browser)
    await page.goto(await alone.link({ clientId: 'my-park' }))
    await page.locator('#remaining:not(:empty)').waitFor()
    t.equal(await page.isVisible('#connect-ui'), false)
    await behaves(t, alone.origins)
  })
})
