/** The connect page's files, under a path that changes with their content, so that browsers may cache them forever. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { languages } from './texts.ts'

export interface Assets {
  /** Digest of all files. */
  readonly version: string
  readonly files: ReadonlyMap<string, Asset>
}

export interface Asset {
  readonly type: string
  readonly content: string
}

export function readAssets (): Assets {
  const scripts: [name: string, content: string][] = [
    ['page.js', readFileSync(new URL('./browser/page.js', import.meta.url), 'utf8')],
    ['link.js', readFileSync(new URL('./browser/link.js', import.meta.url), 'utf8')],
    ['view.js', readFileSync(new URL('./browser/view.js', import.meta.url), 'utf8')],
    ['nango.js', readFileSync(new URL('./browser/nango.js', import.meta.url), 'utf8')],
    // The server's own module in compiled form: without imports and without Node.js APIs.
    ['token-error.js', readFileSync(new URL('../nango/token-error.js', import.meta.url), 'utf8')],
    ['texts.js', `export const languages = ${JSON.stringify(languages)}\n`]
  ]
  const files = new Map<string, Asset>(scripts.map(([name, content]) => [name, { type: 'text/javascript; charset=utf-8', content }]))
  files.set(
    'style.css', { type: 'text/css; charset=utf-8', content: readFileSync(new URL('./browser/style.css', import.meta.url), 'utf8') }
  )
  const hash = createHash('sha256')
  for (const [name, { content }] of files) hash.update(`${name}\n${content}\n`)
  return { version: hash.digest('base64url').slice(0, 16), files }
}
