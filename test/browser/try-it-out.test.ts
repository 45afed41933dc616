/** "Try it out" of every operation of ROLLER's, in the sandbox, with nothing typed: open, execute, and ROLLER has done it. */
import tap, { test } from '../support/tap.ts'
import { operations } from '#plugin/operations/operations.js'
import { makeExampleCalls } from '#service/sandbox/example-calls.js'
import { launch, needsBrowser, open } from './browser.ts'
import { executeQuickly } from './explorer.ts'
import { site } from './fixture.ts'

tap.setTimeout(600_000) // some ninety forms, one after the other

const WILDCARDS = ['getRoller', 'postRoller', 'putRoller', 'patchRoller', 'deleteRoller'].map((id) => ({ tag: 'Other paths', id }))

test('every form', needsBrowser, async (t) => {
  const browser = await launch(t)
  const served = await site(t, { exampleCalls: (roller) => makeExampleCalls(roller) })
  const { page, behaves } = await open(t, browser, { viewport: { width: 1200, height: 900 } })
  await page.goto(`${served.url}/docs`)
  await page.locator('.opblock-tag').first().waitFor()
  for (const { tag, id } of [...Object.values(operations), ...WILDCARDS]) {
    const answer = await executeQuickly(page, tag, id)
    t.match(answer, /^20[0-4] /, `${id}: ${answer.slice(0, 300)}`)
  }
  await behaves(t, [served.url])
})
