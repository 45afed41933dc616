/** Accessibility of the connect page: keyboard, narrow screen, dark mode, German, and axe-core in every state. */
import type { Page } from 'playwright-core'
import { test } from '../support/tap.ts'
import { isAccessible, launch, needsBrowser, open, shoot } from './browser.ts'
import { site } from './fixture.ts'

test('accessibility of the connect page', needsBrowser, async (t) => {
  const browser = await launch(t)
  const served = await site(t)
  const ready = async (page: Page): Promise<void> => { await page.locator('#remaining:not(:empty)').waitFor() }

  for (const colorScheme of ['light', 'dark'] as const) {
    await t.test(`renders every state in ${colorScheme} colors`, async (t) => {
      const { page, behaves } = await open(t, browser, { colorScheme, viewport: { width: 1000, height: 860 } })
      const shown = async (state: string): Promise<void> => {
        await isAccessible(t, page, state)
        await shoot(page, `connect-${state}-${colorScheme}`)
      }
      await page.goto(await served.link({ clientId: 'my-park' }))
      await ready(page)
      await shown('form')
      await page.click('summary')
      await page.click('#submit')
      await page.locator('#client-secret-error').waitFor()
      await shown('steps-and-empty')
      await page.click('summary')
      await page.fill('#client-secret', 'wrong')
      await page.click('#submit')
      await page.locator('#problem').waitFor()
      await shown('rejected')
      let release = (): void => {}
      const held = new Promise<void>((resolve) => { release = resolve })
      await page.route('**/oauth2/auth/**', async (route) => { await held; await route.continue() })
      await page.fill('#client-secret', 'right')
      await page.click('#submit')
      await page.locator('.busy').waitFor()
      await shown('checking')
      release()
      await page.locator('#done').waitFor()
      await shown('connected')
      await page.reload()
      await page.getByRole('heading', { name: 'Open your link again' }).waitFor()
      await shown('missing')
      await behaves(t, served.origins, /status of 400/)
    })
  }

  await t.test('works by keyboard alone', async (t) => {
    const { page } = await open(t, browser)
    await page.goto(await served.link({ clientId: 'key-park' }))
    await ready(page)
    const focus = async (): Promise<string> => await page.evaluate(
      'document.activeElement.id || document.activeElement.tagName.toLowerCase()'
    )
    const seen: string[] = []
    for (let step = 0; step < 5; step++) {
      seen.push(await focus())
      await page.keyboard.press('Tab')
    }
    t.same(seen, ['client-secret', 'reveal', 'submit', 'summary', 'connect-ui'], 'in the order in which they are read')
    await page.focus('#reveal')
    await page.keyboard.press('Space')
    t.equal(await page.getAttribute('#client-secret', 'type'), 'text')
    t.equal(await page.getAttribute('#reveal', 'aria-label'), 'Hide the Client Secret')
    await page.focus('summary')
    await page.keyboard.press('Enter')
    t.equal(await page.isVisible('ol'), true)
    const outline = await page.evaluate("getComputedStyle(document.querySelector('summary')).outlineStyle")
    t.equal(outline, 'solid', 'the focus is seen')
    await page.focus('#client-secret')
    await page.keyboard.type('right')
    await page.keyboard.press('Enter')
    await page.locator('#done').waitFor()
  })

  await t.test('fits into 320 pixels, with large text too', async (t) => {
    const { page } = await open(t, browser, { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true })
    const fits = async (): Promise<boolean> => await page.evaluate('document.documentElement.scrollWidth <= innerWidth')
    await page.goto(await served.link({ clientId: 'a-long-client-id-'.repeat(6) }))
    await ready(page)
    t.equal(await fits(), true)
    t.equal(await page.evaluate('document.activeElement === document.body'), true, 'no keyboard opens by itself')
    const small = await page.evaluate(
      "[...document.querySelectorAll('button, input')].filter((one) => one.getBoundingClientRect().height < 40).map((one) => one.id)"
    )
    t.same(small, [], 'fingers find every button')
    await isAccessible(t, page, 'narrow')
    await shoot(page, 'connect-narrow')
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    t.equal(await fits(), true, 'letters of twice the size')
    await page.evaluate("document.documentElement.style.fontSize = ''")
    await page.fill('#client-secret', 'right')
    await page.tap('#submit')
    await page.locator('#done').waitFor()
    t.equal(await fits(), true)
    await shoot(page, 'connect-narrow-connected')
  })

  await t.test('is German in a German browser and with lang=de only', async (t) => {
    const german = await open(t, browser, { locale: 'de-AT' })
    const link = await served.link({ clientId: 'de-park' })
    const response = await german.page.goto(link)
    t.match(await response?.text(), /<html lang="de">/, 'from the first byte')
    await ready(german.page)
    t.equal(await german.page.textContent('h1'), 'Verbinden Sie Ihren ROLLER-Standort')
    t.equal(await german.page.title(), 'ROLLER verbinden')
    await isAccessible(t, german.page, 'German')
    await shoot(german.page, 'connect-german')
    await german.page.fill('#client-secret', 'wrong')
    await german.page.click('#submit')
    await german.page.getByRole('heading', { name: 'ROLLER nimmt Client ID und Client Secret nicht an' }).waitFor()

    const requested = await open(t, browser, { locale: 'en-GB' })
    await requested.page.goto(`${link}&lang=de`)
    t.equal(await requested.page.textContent('#submit-text'), 'Standort verbinden')
    t.equal(await requested.page.getAttribute('html', 'lang'), 'de')

    for (const [locale, title] of [['fr-FR', 'Connecter ROLLER'], ['es-MX', 'Conectar ROLLER']] as const) {
      const { page } = await open(t, browser, { locale })
      await page.goto(link)
      await ready(page)
      t.equal(await page.title(), title)
      await isAccessible(t, page, locale)
    }

    const italian = await open(t, browser, { locale: 'it-IT' })
    await italian.page.goto(link)
    await ready(italian.page)
    t.equal(await italian.page.getAttribute('html', 'lang'), 'en', 'a language that is not supported')
  })
})
