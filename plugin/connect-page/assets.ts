/** The connect page's files, under a path that changes when any of them does: so browsers may keep them for ever. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { LINK_SCRIPT } from './browser/link.js.ts'
import { NANGO_SCRIPT } from './browser/nango.js.ts'
import { PAGE_SCRIPT } from './browser/page.js.ts'
import { STYLE } from './browser/style.css.ts'
import { TOKEN_ERROR_SCRIPT } from './browser/token-error.js.ts'
import { VIEW_SCRIPT } from './browser/view.js.ts'
import { languages } from './texts.ts'

export interface Assets {
  /** Stands for the content of all files. */
  readonly version: string
  readonly files: ReadonlyMap<string, Asset>
}

export interface Asset {
  readonly type: string
  readonly content: string
}

/** What @nangohq/frontend consists of: modules for browsers, which find each other by these names. */
const SDK_FILES = ['index.js', 'authModal.js', 'connectUI.js']

export function readAssets (): Assets {
  const sdk = dirname(createRequire(import.meta.url).resolve('@nangohq/frontend'))
  const scripts: [name: string, content: string][] = [
    ['page.js', PAGE_SCRIPT],
    ['link.js', LINK_SCRIPT],
    ['view.js', VIEW_SCRIPT],
    ['nango.js', NANGO_SCRIPT],
    ['token-error.js', TOKEN_ERROR_SCRIPT],
    ['texts.js', `export const languages = ${JSON.stringify(languages)}\n`],
    // The maps that they name are not served.
    ...SDK_FILES.map((name): [string, string] => [name, readFileSync(join(sdk, name), 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')])
  ]
  const files = new Map<string, Asset>(scripts.map(([name, content]) => [name, { type: 'text/javascript; charset=utf-8', content }]))
  files.set('style.css', { type: 'text/css; charset=utf-8', content: STYLE })
  const hash = createHash('sha256')
  for (const [name, { content }] of files) hash.update(`${name}\n${content}\n`)
  return { version: hash.digest('base64url').slice(0, 16), files }
}
