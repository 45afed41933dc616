/** The page before its script has run: complete, in the reader's language, and accessible. It contains nothing about any link. */
import { readFileSync } from 'node:fs'
import type { PageSettings } from './page-settings.ts'
import { languages, type Language } from './texts.ts'

export interface HtmlOptions {
  readonly settings: PageSettings
  readonly language: Language
  /** Directory of the script and the style sheet. */
  readonly assets: string
  /** Path that returns the venue. */
  readonly resultPath: string
  /** Of the Content-Security-Policy. */
  readonly nonce: string
  /** Epoch milliseconds. */
  readonly now: number
}

const template = readFileSync(new URL('./browser/page.html', import.meta.url), 'utf8')

/** Fills in the template: every `{name}` is a text or an option. All values are escaped. */
export function connectPageHtml ({ settings, language, assets, resultPath, nonce, now }: HtmlOptions): string {
  const config = JSON.stringify({ ...settings, resultPath, now })
  const values = new Map(Object.entries({ ...languages[language], language, assets, config, nonce }))
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => escape(values.get(name) ?? whole))
}

export function escape (text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
