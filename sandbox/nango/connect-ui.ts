import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { PAGE, SCRIPT, STYLE } from './connect-ui-page.ts'

const ASSETS: Record<string, { type: string, text: string }> = {
  '/': { type: 'text/html; charset=utf-8', text: PAGE },
  '/connect.js': { type: 'text/javascript; charset=utf-8', text: SCRIPT },
  '/connect.css': { type: 'text/css; charset=utf-8', text: STYLE }
}

// The API is on another origin, and any page may frame this one, as with the real Connect UI.
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src *; form-action 'none'; base-uri 'none'"

/** A listener of its own, because the parent page compares the origin of every message with the one of Connect UI. */
export function createConnectUi (): Server {
  return createServer((req, res) => {
    const asset = ASSETS[(req.url ?? '/').split('?')[0] ?? '/']
    if (asset === undefined || (req.method !== 'GET' && req.method !== 'HEAD')) {
      res.writeHead(404, { 'content-type': 'text/plain' }).end('Not found')
      return
    }
    res.writeHead(200, {
      'content-type': asset.type,
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'content-length': Buffer.byteLength(asset.text)
    })
    res.end(req.method === 'HEAD' ? undefined : asset.text)
  })
}
