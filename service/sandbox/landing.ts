/** `GET /` of the sandbox: links, connected venues, and a live chart of the rate limits. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { chooseLanguage, escapeHtml } from 'fastify-roller/internal'
import { landingTexts } from './texts.ts'

const PAGE = readFileSync(new URL('./page.html', import.meta.url), 'utf8')
const FILES = {
  'page.js': { type: 'text/javascript; charset=utf-8', content: readFileSync(new URL('./script.js', import.meta.url), 'utf8') },
  'style.css': { type: 'text/css; charset=utf-8', content: readFileSync(new URL('./style.css', import.meta.url), 'utf8') }
}

/** Code spans in the texts, the same in every language. */
const CODE = { wrong: 'wrong', roller: '/roller', header: 'Connection-Id', key: 'NANGO_SECRET_KEY', host: 'NANGO_HOST' }

/** The page in the first supported language of Accept-Language, otherwise English. */
export function landingPage (
  header: string | undefined, { nonce, connectionId }: { readonly nonce: string, readonly connectionId: string }
): string {
  const language = chooseLanguage(header)
  const code: Readonly<Record<string, string>> = { ...CODE, connectionId }
  const inHtml = (text: string): string => escapeHtml(text).replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = code[name]
    return value === undefined ? whole : `<code>${escapeHtml(value)}</code>`
  })
  const texts = landingTexts[language]
  const values = new Map(Object.entries(texts).map(([name, text]) => [name, inHtml(text)]))
  for (const [name, value] of Object.entries({ language, nonce, connectionId, texts: JSON.stringify(texts) })) {
    values.set(name, escapeHtml(value))
  }
  return PAGE.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values.get(name) ?? whole)
}

export function addLanding (app: FastifyInstance, { connectionId }: { readonly connectionId: string }): void {
  app.get('/', { schema: { hide: true }, logLevel: 'warn' }, async (request, reply) => {
    const nonce = randomBytes(16).toString('base64')
    reply.headers({
      'content-security-policy': `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src data:; ` +
      'connect-src \'self\'; form-action \'none\'; ' +
        "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
      'cache-control': 'no-store'
    }).type('text/html; charset=utf-8')
    return landingPage(request.headers['accept-language'], { nonce, connectionId })
  })
  for (const [name, { type, content }] of Object.entries(FILES)) {
    app.get(`/sandbox/${name}`, { schema: { hide: true }, logLevel: 'warn' }, async (_request, reply) => {
      reply.header('cache-control', 'no-cache').type(type)
      return content
    })
  }
}
