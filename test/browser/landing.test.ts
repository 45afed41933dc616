/** The sandbox's landing page: connected venues, live rate limits, and the links to the connect page. */
import { test } from '../support/tap.ts'
import { addLanding } from '#service/sandbox/landing.js'
import { isAccessible, launch, needsBrowser, open, shoot } from './browser.ts'
import { site } from './fixture.ts'

test('the sandbox\'s landing page', needsBrowser, async (t) => {
  const browser = await launch(t)
  const served = await site(t, { addLanding: (app) => { addLanding(app, { connectionId: 'demo-venue' }) } })

  await t.test('shows the demo venue, and rate limits that decrease with calls', async (t) => {
    const { page, behaves } = await open(t, browser, { viewport: { width: 1100, height: 900 } })
    await page.goto(served.url)
    await page.getByText(served.roller.venue('demo').profile.name).waitFor()
    t.equal(await page.locator('#venues .state').textContent(), 'Connected')
    const left = page.locator('.rate-limit').first().locator('span')
    const [before = 0] = (await left.textContent() ?? '').match(/\d+/)?.map(Number) ?? []
    await page.click('#calls')
    await page.getByText('120 of 120 calls were answered by ROLLER.').waitFor()
    const [after = 0] = (await left.textContent() ?? '').match(/\d+/)?.map(Number) ?? []
    t.equal(before - after, 120)
    t.match(await page.locator('svg').first().getAttribute('aria-label'), /^REST API: \d+ of \d+ calls used$/)
    t.match(await page.textContent('#command'), `'${served.url}/roller/venues/me'`)
    await isAccessible(t, page, 'landing')
    await shoot(page, 'landing')
    await behaves(t, [served.url])
  })

  await t.test('links to the connect page, and shows a second venue after it', async (t) => {
    const { page, behaves } = await open(t, browser)
    await page.goto(served.url)
    await page.click('#connect')
    await page.fill('#client-secret', 'anything')
    await page.click('#submit')
    await page.locator('#done').waitFor()
    await page.goBack()
    await page.getByText(served.roller.venue('my-park').profile.name).waitFor()
    t.equal(await page.locator('#venues li').count(), 2)
    await behaves(t, served.origins)
  })

  await t.test('works in dark mode and on a narrow screen', async (t) => {
    const { page } = await open(t, browser, { colorScheme: 'dark', viewport: { width: 320, height: 700 } })
    await page.goto(served.url)
    await page.getByText(served.roller.venue('demo').profile.name).waitFor()
    t.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true)
    await isAccessible(t, page, 'dark landing')
    await shoot(page, 'landing-narrow-dark')
  })

  await t.test('has instructions if API keys are configured', async (t) => {
    const locked = await site(
      t, { env: { API_KEYS: 'key-of-the-caller-1234567890' }, addLanding: (app) => { addLanding(app, { connectionId: 'demo-venue' }) } }
    )
    const { page } = await open(t, browser)
    await page.goto(locked.url)
    await page.getByRole('alert').filter({ hasText: 'requires a key' }).waitFor()
    await isAccessible(t, page, 'landing with keys')
  })

  await t.test('exists in the sandbox only', async (t) => {
    const real = await site(t)
    t.equal((await fetch(real.url)).status, 404)
  })
})
