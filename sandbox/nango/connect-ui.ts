import { readFileSync } from 'node:fs'
import fastify, { type FastifyInstance } from 'fastify'

// Full literal names, so that bundlers find the files.
const FILES = [
  { path: '/', type: 'text/html', text: readFileSync(new URL('./connect-ui/page.html', import.meta.url), 'utf8') },
  { path: '/connect.js', type: 'text/javascript', text: readFileSync(new URL('./connect-ui/connect.js', import.meta.url), 'utf8') },
  { path: '/connect.css', type: 'text/css', text: readFileSync(new URL('./connect-ui/connect.css', import.meta.url), 'utf8') }
]
// The API is on another origin, and any page may embed this one, as with the real Connect UI.
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src *; form-action 'none'; base-uri 'none'"

/** A separate listener, because the parent page compares the origin of every message with that of Connect UI. */
export function createConnectUi (): FastifyInstance {
  const app = fastify({ forceCloseConnections: true })
  for (const { path, type, text } of FILES) {
    app.get(path, async (_request, reply) => reply.type(`${type}; charset=utf-8`).headers({
      'content-security-policy': POLICY, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store'
    }).send(text))
  }
  return app
}
