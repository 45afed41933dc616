/**
 * "Try it out" of every operation of ROLLER in the sandbox, without input: open, execute, success. The page shows one group at a time,
 * without response schemas: with the whole document Swagger UI takes seconds for each action.
 */
import tap, { test } from '../support/tap.ts'
import { operations } from '#plugin/operations/operations.js'
import { makeExampleCalls } from '#service/sandbox/example-calls.js'
import { launch, needsBrowser, open } from './browser.ts'
import { executeQuickly, onlyTag, type Document } from './explorer.ts'
import { site } from './fixture.ts'

tap.setTimeout(600_000) // some ninety forms, one after the other

const WILDCARDS = ['getRoller', 'postRoller', 'putRoller', 'patchRoller', 'deleteRoller'].map((id) => ({ tag: 'Other paths', id }))

test('every form of the explorer sends a working call', needsBrowser, async (t) => {
  const browser = await launch(t)
  const served = await site(t, { exampleCalls: (roller) => makeExampleCalls(roller) })
  const { page, behaves } = await open(t, browser, { viewport: { width: 1200, height: 900 } })
  const whole = await (await fetch(`${served.url}/docs/json`)).json() as Document
  const forms = [...Object.values(operations), ...WILDCARDS]
  for (const tag of new Set(forms.map((form) => form.tag))) {
    await page.unroute('**/docs/json')
    await page.route('**/docs/json', (route) => route.fulfill({ json: onlyTag(whole, tag) }))
    await page.goto(`${served.url}/docs`)
    await page.locator('.opblock-tag').dispatchEvent('click')
    for (const { id } of forms.filter((form) => form.tag === tag)) {
      const response = await executeQuickly(page, id)
      t.match(response, /^20[0-4] /, `${id}: ${response.slice(0, 300)}`)
    }
  }
  await behaves(t, [served.url])
})
