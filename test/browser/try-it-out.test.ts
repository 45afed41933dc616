/**
 * "Try it out" of every operation of ROLLER in the sandbox, without input: open, execute, success. The page shows some groups at a
 * time.
 */
import tap, { test } from '../support/tap.ts'
import { operations } from '#plugin/operations/operations.js'
import { makeExampleCalls } from '#service/sandbox/example-calls.js'
import { launch, needsBrowser, open } from './browser.ts'
import { executeQuickly, showOnly } from './explorer.ts'
import { site } from './fixture.ts'

tap.setTimeout(600_000) // some ninety forms, one after the other

/** A page with many more slows down each action; with fewer, loading the pages takes longest. */
const FORMS_ON_A_PAGE = 14
const WILDCARDS = ['getRoller', 'postRoller', 'putRoller', 'patchRoller', 'deleteRoller'].map((id) => ({ tag: 'Other paths', id }))

test('every form of the explorer sends a working call', needsBrowser, async (t) => {
  const browser = await launch(t)
  const served = await site(t, { exampleCalls: (roller) => makeExampleCalls(roller) })
  // Painting takes a fifth of the processor time of a large window.
  const { page, behaves } = await open(t, browser, { viewport: { width: 600, height: 300 } })
  const forms = [...Object.values(operations), ...WILDCARDS]
  for (const shown of pagesOf(forms)) {
    const tags = [...new Set(shown.map(({ tag }) => tag))]
    await showOnly(page, tags)
    await page.goto(`${served.url}/docs`)
    for (const tag of tags) await page.locator(`.opblock-tag[data-tag="${tag}"]`).dispatchEvent('click')
    for (const { id } of shown) {
      const response = await executeQuickly(page, id)
      t.match(response, /^20[0-4] /, `${id}: ${response.slice(0, 300)}`)
    }
  }
  await behaves(t, [served.url])
})

interface Form { readonly tag: string, readonly id: string }

/** Whole groups of forms. */
function pagesOf (forms: readonly Form[]): Form[][] {
  const pages: Form[][] = [[]]
  for (const tag of new Set(forms.map((form) => form.tag))) {
    if ((pages.at(-1)?.length ?? 0) >= FORMS_ON_A_PAGE) pages.push([])
    pages.at(-1)?.push(...forms.filter((form) => form.tag === tag))
  }
  return pages
}
