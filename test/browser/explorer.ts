/** Operates Swagger UI. */
import type { Locator, Page } from 'playwright-core'

/** The form of an operation. Whatever characters its tag has, its id ends the element's. */
export function formOf (page: Page, id: string): Locator { return page.locator(`.opblock[id$="-${id}"]`) }

/** Opens an operation and executes it unchanged. @returns status and body */
export async function execute (page: Page, tag: string, id: string, change?: (operation: Locator) => Promise<void>): Promise<string> {
  const operation = formOf(page, id)
  if (!await operation.isVisible()) await page.locator(`.opblock-tag[data-tag="${tag}"]`).click()
  if (await operation.locator('.execute').count() === 0) await operation.locator('.opblock-summary-control').click()
  await change?.(operation)
  // The response of an earlier execution stays until the next one arrives.
  const clear = operation.locator('.btn-clear')
  if (await clear.count() > 0) await clear.click()
  await operation.locator('.execute').click()
  return await responseOf(operation)
}

/** Same by events, for many operations: a real click waits until the long page is stable, which takes seconds. */
export async function executeQuickly (page: Page, id: string): Promise<string> {
  const operation = formOf(page, id)
  await operation.locator('.opblock-summary-control').dispatchEvent('click')
  // The form is filled in asynchronously.
  await operation.locator('input[placeholder="Connection-Id"][value="demo-venue"]').waitFor()
  await operation.locator('.execute').dispatchEvent('click')
  const response = await responseOf(operation)
  // An open form with its response slows down the whole page.
  await operation.locator('.opblock-summary-control').dispatchEvent('click')
  return response
}

async function responseOf (operation: Locator): Promise<string> {
  const response = operation.locator('.live-responses-table tr.response')
  await response.waitFor()
  const status = await response.locator('.response-col_status').textContent()
  // Some responses have no body.
  const body = await response.locator('.highlight-code').allTextContents()
  return `${status?.trim() ?? ''} ${body[0] ?? ''}`
}

type Components = Record<string, Record<string, unknown>>
interface Document {
  readonly tags: { readonly name: string }[]
  readonly paths: Record<string, Record<string, { readonly tags?: string[] }>>
  readonly components: Components
}

/** From the next load on, the page gets some groups of its document: with all of them Swagger UI takes seconds for each action. */
export async function showOnly (page: Page, tags: readonly string[]): Promise<void> {
  await page.unroute('**/docs/json')
  await page.route('**/docs/json', async (route) => {
    await route.fulfill({ json: onlyTags(await (await route.fetch()).json() as Document, tags) })
  })
}

/** The part of the document for some groups: their operations without responses, and the components that they use. */
function onlyTags (document: Document, tags: readonly string[]): Document {
  const isOpen = (operation: { readonly tags?: string[] }): boolean => operation.tags?.some((tag) => tags.includes(tag)) === true
  const paths = Object.fromEntries(Object.entries(document.paths).map(([path, item]) => [
    path, Object.fromEntries(Object.entries(item).filter(([, operation]) => isOpen(operation)).map(
      ([method, operation]) => [method, { ...operation, responses: { default: { description: 'Any response' } } }]
    ))
  ]))
  const components: Components = { securitySchemes: document.components['securitySchemes'] ?? {} }
  const add = (part: unknown): void => {
    for (const [, kind = '', name = ''] of JSON.stringify(part).matchAll(/"#\/components\/(\w+)\/([^"/]+)"/g)) {
      const group = components[kind] ??= {}
      if (name in group) continue
      group[name] = document.components[kind]?.[name]
      add(group[name])
    }
  }
  add(paths)
  return { ...document, tags: document.tags.filter(({ name }) => tags.includes(name)), paths, components }
}
