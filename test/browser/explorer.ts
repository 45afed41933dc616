/** Swagger UI, by hand. */
import type { Locator, Page } from 'playwright-core'

/** As a script clicks: to wait until such a long page stands still takes seconds each time. */
export async function press (element: Locator): Promise<void> {
  await element.dispatchEvent('click')
}

/** The form of an operation, which is opened if it is not yet. Whatever characters its tag has, its id ends the element's. */
export async function openForm (page: Page, tag: string, id: string): Promise<Locator> {
  const operation = page.locator(`.opblock[id$="-${id}"]`)
  if (await operation.count() === 0) await press(page.locator(`.opblock-tag[data-tag="${tag}"]`))
  if (await operation.locator('.execute').count() === 0) await press(operation.locator('.opblock-summary-control'))
  return operation
}

/** Opens an operation and runs it as it stands. @returns status and body */
export async function execute (page: Page, tag: string, id: string, change?: (operation: Locator) => Promise<void>): Promise<string> {
  const operation = await openForm(page, tag, id)
  await change?.(operation)
  const button = operation.locator('.execute')
  // What was typed counts when its field is left, as a real click does.
  await (change === undefined ? press(button) : button.click())
  const answer = operation.locator('.live-responses-table tr.response')
  await answer.waitFor()
  const status = await answer.locator('.response-col_status').textContent()
  // Some answers have no body.
  const body = await answer.locator('.highlight-code').allTextContents()
  return `${status?.trim() ?? ''} ${body[0] ?? ''}`
}
