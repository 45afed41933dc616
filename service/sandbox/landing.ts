/** `GET /` in the sandbox alone: where to go from here, who is connected, and a live picture of the rate limits. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'

const PAGE = readFileSync(new URL('./page.html', import.meta.url), 'utf8')
const FILES = {
  'page.js': { type: 'text/javascript; charset=utf-8', content: readFileSync(new URL('./script.js', import.meta.url), 'utf8') },
  'style.css': { type: 'text/css; charset=utf-8', content: readFileSync(new URL('./style.css', import.meta.url), 'utf8') }
}

export function addLanding (app: FastifyInstance, { connectionId }: { readonly connectionId: string }): void {
  app.get('/', { schema: { hide: true }, logLevel: 'warn' }, async (_request, reply) => {
    const nonce = randomBytes(16).toString('base64')
    reply.headers({
      'content-security-policy': `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src data:; ` +
      'connect-src \'self\'; form-action \'none\'; ' +
        "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
      'cache-control': 'no-store'
    }).type('text/html; charset=utf-8')
    return PAGE.replaceAll('{{nonce}}', nonce).replaceAll('{{connectionId}}', connectionId)
  })
  for (const [name, { type, content }] of Object.entries(FILES)) {
    app.get(`/sandbox/${name}`, { schema: { hide: true }, logLevel: 'warn' }, async (_request, reply) => {
      reply.header('cache-control', 'no-cache').type(type)
      return content
    })
  }
}
