/** Without its script the connect page says so: the form would do nothing. */
import { test } from '../support/tap.ts'
import { launch, needsBrowser, open } from './browser.ts'
import { site } from './fixture.ts'

test('the connect page without its script', needsBrowser, async (t) => {
  const browser = await launch(t)
  const served = await site(t)

  await t.test('names the fault if a file of the script does not arrive', async (t) => {
    const { page } = await open(t, browser)
    await page.route('**/view.js', (route) => route.abort())
    await page.goto(await served.link({ clientId: 'my-park' }))
    t.equal(await page.locator('#no-script').isVisible(), false, 'not while it may still arrive')
    await page.getByRole('alert').filter({ hasText: 'JavaScript' }).waitFor()
  })

  await t.test('says nothing of it with the script', async (t) => {
    const { page } = await open(t, browser)
    await page.goto(await served.link({ clientId: 'my-park' }))
    await page.locator('#remaining:not(:empty)').waitFor()
    t.equal(await page.locator('#no-script').count(), 0)
  })
})
