/** Swagger UI, by hand. */
import type { Locator, Page } from 'playwright-core'

/** The form of an operation. Whatever characters its tag has, its id ends the element's. */
export function formOf (page: Page, id: string): Locator { return page.locator(`.opblock[id$="-${id}"]`) }

/** Opens an operation and runs it as it stands. @returns status and body */
export async function execute (page: Page, tag: string, id: string, change?: (operation: Locator) => Promise<void>): Promise<string> {
  const operation = formOf(page, id)
  if (!await operation.isVisible()) await page.locator(`.opblock-tag[data-tag="${tag}"]`).click()
  if (await operation.locator('.execute').count() === 0) await operation.locator('.opblock-summary-control').click()
  await change?.(operation)
  await operation.locator('.execute').click()
  return await answerOf(operation)
}

/** The same by events, for many: a real click waits each time until such a long page stands still, which takes seconds. */
export async function executeQuickly (page: Page, tag: string, id: string): Promise<string> {
  const operation = formOf(page, id)
  if (await operation.count() === 0) await page.locator(`.opblock-tag[data-tag="${tag}"]`).dispatchEvent('click')
  await operation.locator('.opblock-summary-control').dispatchEvent('click')
  // The form is filled in a moment after it is there.
  await operation.locator('input[placeholder="Connection-Id"][value="demo-venue"]').waitFor()
  await operation.locator('.execute').dispatchEvent('click')
  const answer = await answerOf(operation)
  // An open form with its answer makes all that is done on the page slower.
  await operation.locator('.opblock-summary-control').dispatchEvent('click')
  return answer
}

async function answerOf (operation: Locator): Promise<string> {
  const answer = operation.locator('.live-responses-table tr.response')
  await answer.waitFor()
  const status = await answer.locator('.response-col_status').textContent()
  // Some answers have no body.
  const body = await answer.locator('.highlight-code').allTextContents()
  return `${status?.trim() ?? ''} ${body[0] ?? ''}`
}
