/** A webhook target controlled by the test. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

export const NOW = `whsec_${Buffer.from('the-secret-of-the-target-now!!!!').toString('base64')}`

export interface Received { readonly path: string | undefined, readonly headers: IncomingHttpHeaders, readonly body: string }

export async function target (t: Test, respond: (response: ServerResponse, count: number) => void = (response) => { response.end() }) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => { body += String(chunk) }).on('end', () => {
      received.push({ path: request.url, headers: request.headers, body })
      respond(response, received.length)
    })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { server.close(); server.closeAllConnections() })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?of=roller`, received }
}
