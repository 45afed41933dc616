/** Nango's own frontend package opens Connect UI in an app's page, as the guide to embedding shows. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build } from 'esbuild'
import { test } from '../support/tap.ts'
import { launch, needsBrowser, open } from './browser.ts'
import { site } from './fixture.ts'

const CLOUD = 'https://connect.nango.dev'

test('the frontend package of Nango', needsBrowser, async (t) => {
  const browser = await launch(t)
  const served = await site(t)
  const { outputFiles: [script] } = await build({
    stdin: { contents: 'import Nango from "@nangohq/frontend"; globalThis.Nango = Nango', resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    logLevel: 'silent'
  })
  // Not a fulfilled route: Chromium lets only pages of this machine embed others of this machine.
  const app = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>app</title>')
  })
  await new Promise<void>((resolve) => { app.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { app.close().closeAllConnections() })
  const openUi = async (addresses: object) => {
    const { page } = await open(t, browser)
    await page.route(`${CLOUD}/**`, (route) => route.fulfill({ body: 'Cloud', contentType: 'text/html' }))
    await page.goto(`http://127.0.0.1:${(app.address() as AddressInfo).port}`) // it listens on a port
    await page.addScriptTag({ content: script?.text ?? '' })
    const token = new URLSearchParams(new URL(await served.link()).hash.slice(1)).get('token')
    const options = JSON.stringify({ sessionToken: token, ...addresses })
    await page.evaluate(
      `globalThis.events = []; new Nango().openConnectUI({ ...${options}, onEvent: (event) => { events.push(event.type) } }); undefined`
    )
    return page
  }

  await t.test('connects a venue with the addresses of a self-hosted Nango', async (t) => {
    const page = await openUi({ baseURL: served.nango.connectUiUrl, apiURL: served.nango.url })
    const frame = page.frameLocator('iframe')
    await frame.locator('#client_id').fill('frontend-park')
    await frame.locator('#client_secret').fill('right')
    await frame.locator('#submit').click()
    await frame.locator('#finish').click()
    await page.locator('iframe').waitFor({ state: 'detached' })
    t.same(await page.evaluate('events'), ['ready', 'connect', 'close'])
    t.equal(served.nango.connections.filter(({ clientId }) => clientId === 'frontend-park').length, 1)
  })

  await t.test('opens the Connect UI of Nango Cloud without them', async (t) => {
    const page = await openUi({})
    t.match(await page.locator('iframe').getAttribute('src'), new RegExp(`^${CLOUD}/\\?apiURL=https%3A%2F%2Fapi.nango.dev`))
  })
})
