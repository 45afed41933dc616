/** A real Chromium, with checks in every test for what a page must never do. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import type { Test } from 'tap'

/** Debian's chromium-headless-shell is the same engine without a desktop browser's parts, and takes half the processor time. */
const BROWSERS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']
const CHROMIUM = process.env.CHROMIUM ?? BROWSERS.find((path) => existsSync(path)) ?? ''
const ARGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync'
]
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Kept out of git. */
const SHOTS = fileURLToPath(new URL('.cache/screenshots/', import.meta.resolve('#root/package.json')))

/** Options of tap's `test`, with the reason to skip. In CI, a missing browser is a failure. */
export const needsBrowser: { skip?: string } = existsSync(CHROMIUM) || process.env.CI === 'true'
  ? {}
  : { skip: 'neither chromium-headless-shell nor chromium is installed' }

/** One for each file; closed with the file. */
export async function launch (t: Pick<Test, 'teardown'>): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS })
  t.teardown(() => browser.close())
  return browser
}

export interface Watched {
  readonly page: Page
  /** Fails the test on console errors, requests to other origins, and violations of the page's policy. */
  readonly behaves: (t: Pick<Test, 'same'>, origins: readonly string[], expected?: RegExp) => Promise<void>
}

export async function open (t: Pick<Test, 'teardown'>, browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  // Independent of the machine's language and color scheme.
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/London', colorScheme: 'light', ...options })
  t.teardown(() => context.close())
  const errors: string[] = []
  const requested = new Set<string>()
  const violations: string[] = []
  await context.exposeBinding('reportViolation', (_source, text: string) => { violations.push(text) })
  await context.addInitScript(
    'document.addEventListener(\'securitypolicyviolation\', (event) => reportViolation(event.violatedDirective + \' \' + ' +
    'event.blockedURI + \' \' + event.sourceFile))'
  )
  context.on('request', (request) => { if (/^(https?|wss?):/.test(request.url())) requested.add(new URL(request.url()).origin) })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000) // a busy machine is slow
  page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text()) })
  page.on('pageerror', (error) => { errors.push(String(error)) })
  return {
    page,
    behaves: async (t, origins, expected) => {
      t.same(errors.filter((text) => expected === undefined || !expected.test(text)), [], 'the console is silent')
      t.same([...requested].filter((origin) => !origins.includes(origin)), [], 'no other origin is called')
      t.same(violations, [], 'the policy is kept')
    }
  }
}

interface AxeResult { violations: { id: string, nodes: { html: string, any: { message: string }[] }[] }[] }

/** All of axe-core's rules, best practices included, except the given ones. */
export async function isAccessible (
  t: Pick<Test, 'same'>, page: Page, state: string, { without = [] }: { without?: readonly string[] } = {}
): Promise<void> {
  // Animated elements have no final color yet.
  await page.evaluate(
    'Promise.all(document.getAnimations().filter((one) => one.effect.getComputedTiming().iterations !== Infinity).map((one) => ' +
    'one.finished))'
  )
  await page.evaluate(AXE)
  const rules = Object.fromEntries(without.map((id) => [id, { enabled: false }]))
  const { violations } = await page.evaluate(
    `axe.run(document, { rules: ${JSON.stringify(rules)}, resultTypes: ['violations'] })`
  ) as AxeResult
  t.same(
    violations.map(({ id, nodes }) => [id, nodes.map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ''}`)]), [],
    `${state}: axe-core finds nothing`
  )
}

/** Screenshots for review. */
export async function shoot (page: Page, name: string, { fullPage = true }: { fullPage?: boolean } = {}): Promise<void> {
  mkdirSync(SHOTS, { recursive: true })
  await page.screenshot({ path: `${SHOTS}${name}.png`, fullPage, animations: 'disabled' })
}
