/** A client that sends exactly the given bytes: others normalize a hostile request first. */
import { connect } from 'node:net'
import type { Test } from 'tap'
import { callsAtRoller, CONNECTION_ID, holdsNoSecret, SECRET_KEY, type Built } from '../support/build.ts'

export interface RawResponse { readonly status: number, readonly text: string, readonly code: string | undefined }

/** @param head request line and headers, without Host, Connection-Id and Connection, which are added. */
export async function sendRaw (url: string, head: string, body: string | Buffer = ''): Promise<RawResponse> {
  const { hostname, port } = new URL(url)
  const [line, ...headers] = head.split('\r\n')
  const socket = connect(Number(port), hostname)
  const own = headers.some((header) => /^connection-id:/i.test(header)) ? [] : [`Connection-Id: ${CONNECTION_ID}`]
  const lines = [line, 'Host: gateway.test', 'Connection: close', ...own, ...headers.filter((header) => header !== '')]
  socket.write(Buffer.concat([Buffer.from(lines.join('\r\n') + '\r\n\r\n', 'latin1'), Buffer.from(body)]))
  let text = ''
  try {
    for await (const chunk of socket) text += String(chunk)
  } catch {} // a server that resets after its response has responded before
  return { status: Number(text.slice(9, 12)), text, code: /"code":"(ROLLER_ERR_\w+)"/.exec(text)?.[1] }
}

/** Sends each target and expects a rejection, and no request to Nango or ROLLER. */
export async function rejectsAll (
  t: Test, built: Built & { readonly url: string }, targets: readonly string[], code: string, method = 'GET'
): Promise<void> {
  for (const target of targets) {
    const response = await sendRaw(built.url, `${method} ${target} HTTP/1.1`)
    t.equal(response.code, code, JSON.stringify(target))
    t.match(response.text, /\r\ncontent-type: application\/problem\+json/i)
    t.match(response.text, /"hint":"[^"]+"/)
    holdsNoSecret(t, response.text, built)
  }
  t.same(built.nango.requests.map(({ url }) => url), [], 'nothing went to Nango')
  t.same(built.roller.requests.map(({ url }) => url), [], 'nothing went to ROLLER')
}

/** The gateway's own headers of a call through Nango; any other header came from the caller. */
const OWN = new Set([
  'host', 'connection', 'authorization', 'provider-config-key', 'connection-id', 'retries', 'content-type', 'content-length',
  'transfer-encoding',
  'nango-proxy-user-agent', 'nango-proxy-accept', 'nango-proxy-accept-language', 'nango-proxy-content-type',
  'nango-proxy-timezone-designators'
])

/** In every call to Nango, the headers that control it are the gateway's own, and ROLLER is called only with the venue's token. */
export function onlyOwnValues (t: Test, built: Built): void {
  for (const { url, headers } of built.nango.requests) {
    t.match(url, /^\/proxy\//, 'only the proxy was called')
    t.match(
      headers, { authorization: `Bearer ${SECRET_KEY}`, 'provider-config-key': 'roller', 'connection-id': CONNECTION_ID, retries: '0' }
    )
    t.same(Object.keys(headers).filter((name) => !OWN.has(name)), [], 'no other header went to Nango')
    t.match(headers['nango-proxy-user-agent'], /^fastify-roller/)
  }
  const { token } = built.nango.connections[0] ?? { token: '' }
  for (const { url, headers } of built.roller.requests) {
    if (url === '/token') continue
    t.equal(headers.host, new URL(built.roller.url).host, 'ROLLER itself was called')
    t.equal(headers.authorization, `Bearer ${token}`, 'with the venue\'s token')
  }
  t.equal(callsAtRoller(built).length, built.nango.requests.length)
}
