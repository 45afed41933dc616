/** The API explorer, as a user operates it: a read and a write with the example values, a stored key and connection. */
import { test } from '../support/tap.ts'
import { isAccessible, launch, needsBrowser, open, shoot } from './browser.ts'
import { execute, showOnly } from './explorer.ts'
import { site } from './fixture.ts'

const KEY = 'key-of-the-caller-1234567890'
/**
 * Faults of Swagger UI itself: a third heading without a second (heading-order), the button that copies an
 * answer without a name (button-name), a link inside the button that opens an operation (nested-interactive), and long ones that scroll
 * without a tabindex (scrollable-region-focusable), which browsers make up for by now.
 */
const SWAGGER_UI = ['heading-order', 'button-name', 'nested-interactive', 'scrollable-region-focusable']

test('the API explorer', needsBrowser, async (t) => {
  const browser = await launch(t)
  const served = await site(t, { env: { API_KEYS: KEY } })
  const { page, behaves } = await open(t, browser, { viewport: { width: 1200, height: 900 } })
  const authorize = async (): Promise<void> => {
    await page.locator('.auth-wrapper .authorize').first().click()
    await page.locator('.auth-container input').fill(KEY)
    await page.locator('.auth-btn-wrapper .authorize').click()
    await page.locator('.btn-done').click()
  }
  await page.goto(`${served.url}/docs`)
  await page.locator('.opblock-tag').first().waitFor()

  await t.test('shows the three steps first, and lists the groups in order', async (t) => {
    t.match(await page.textContent('.info'), /Authorize once.*Connect a venue.*Call ROLLER/s)
    const groups = await page.locator('.opblock-tag > a').allTextContents()
    t.same(groups.slice(0, 4), ['Connect', 'Connections', 'Venue', 'Products'])
    t.same(groups.slice(-2), ['Problems', 'Service'])
    await isAccessible(t, page, 'first screen', { without: SWAGGER_UI })
    await shoot(page, 'docs', { fullPage: false })
  })

  await showOnly(page, ['Connect', 'Connections', 'Venue', 'Products'])
  await page.reload()

  await t.test('shows a problem with a hint without a key', async (t) => {
    t.match(await execute(page, 'Venue', 'getVenue'), /^401 .*ROLLER_ERR_UNAUTHORIZED/s)
  })

  await t.test('sends a GET with one key for all and the example connection', async (t) => {
    await authorize()
    t.match(await execute(page, 'Venue', 'getVenue'), new RegExp(`^200 .*${served.roller.venue('demo').profile.name}`, 's'))
    await isAccessible(t, page, 'a response', { without: SWAGGER_UI })
    await shoot(page, 'docs-answer', { fullPage: false })
  })

  await t.test('sends a POST with an edited body', async (t) => {
    const response = await execute(page, 'Connections', 'createConnection', async (operation) => {
      await operation.locator('textarea').fill('{"clientId":"docs-park","clientSecret":"anything"}')
    })
    t.match(response, new RegExp(`^201 .*${served.roller.venue('docs-park').profile.name}`, 's'))
  })

  await t.test('sends a POST with the body of its form', async (t) => {
    t.match(
      await execute(
        page, 'Connect', 'createConnectSession', async (operation) => { await operation.locator('textarea').fill('{"clientId":"my-park"}') }
      ),
      /^201 .*\/connect#token=/s
    )
  })

  await t.test('remembers the last connection and the key', async (t) => {
    await execute(
      page, 'Venue', 'getVenue', async (operation) => { await operation.getByPlaceholder('Connection-Id').fill('no-such-connection') }
    )
    await page.reload()
    await page.locator('.opblock-tag').first().waitFor()
    const response = await execute(page, 'Products', 'listProducts', async (operation) => {
      t.equal(await operation.getByPlaceholder('Connection-Id').inputValue(), 'no-such-connection')
    })
    t.match(response, /^404 .*ROLLER_ERR_CONNECTION_UNKNOWN/s, 'and not 401')
  })

  await behaves(t, [served.url], /status of 40[14]/)
})
