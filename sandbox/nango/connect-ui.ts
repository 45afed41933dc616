import { readFileSync } from 'node:fs'
import fastify, { type FastifyInstance } from 'fastify'

const FILES = { 'page.html': 'text/html', 'connect.js': 'text/javascript', 'connect.css': 'text/css' }
// The API is on another origin, and any page may frame this one, as with the real Connect UI.
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src *; form-action 'none'; base-uri 'none'"

/** A listener of its own, because the parent page compares the origin of every message with the one of Connect UI. */
export function createConnectUi (): FastifyInstance {
  const app = fastify({ forceCloseConnections: true })
  for (const [name, type] of Object.entries(FILES)) {
    const text = readFileSync(new URL(`./connect-ui/${name}`, import.meta.url), 'utf8')
    app.get(name === 'page.html' ? '/' : `/${name}`, async (_request, reply) => reply.type(`${type}; charset=utf-8`).headers({
      'content-security-policy': POLICY, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store'
    }).send(text))
  }
  return app
}
