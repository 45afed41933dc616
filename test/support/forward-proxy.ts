/** An HTTP proxy that knows the names of a test's own servers, and notes what passes. */
import { createServer, request as send } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import type { Test } from 'tap'
import { CERTIFICATE, PRIVATE_KEY } from './tls.ts'

export interface ForwardProxy {
  readonly url: string
  /** `CONNECT host:port`, or the method and the whole URL, each once, in order of first use. */
  readonly passed: () => string[]
}

interface ForwardProxyOptions {
  /** Local address of each name, without TLS: for https the proxy puts TLS in front. */
  readonly names: Readonly<Record<string, string>>
  /** Basic credentials without which it answers 407. */
  readonly credentials?: string
}

const portOf = (url: string): number => Number(new URL(url).port)

export async function startForwardProxy (
  t: Pick<Test, 'teardown'>, { names, credentials }: ForwardProxyOptions
): Promise<ForwardProxy> {
  const passed: string[] = []
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    return socket.on('error', () => { socket.destroy() })
  }
  const expected = credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`
  const front = createTlsServer({ cert: CERTIFICATE, key: PRIVATE_KEY }, (secure: TLSSocket) => {
    const backend = keep(connect(portOf(names[secure.servername || ''] ?? ''), '127.0.0.1'))
    keep(secure).pipe(backend).pipe(secure)
  })
  await new Promise<void>((resolve) => { front.listen(0, '127.0.0.1', resolve) })
  const proxy = createServer((request, response) => {
    const { url = '', method, headers } = request
    const { 'proxy-authorization': authorization, ...rest } = headers
    if (authorization !== expected) return response.writeHead(407).end()
    passed.push(`${method} ${url}`)
    const { host, pathname, search } = new URL(url)
    const local = names[host]
    if (local === undefined) return response.writeHead(502).end()
    const onward = send(new URL(pathname + search, local), { method, headers: rest }, (result) => {
      result.pipe(response.writeHead(result.statusCode ?? 502, result.headers))
    })
    request.pipe(onward.on('error', () => { response.destroy() }))
  })
  proxy.on('connection', keep).on('connect', ({ url = '', headers }, socket: Socket) => {
    if (headers['proxy-authorization'] !== expected) return socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    passed.push(`CONNECT ${url}`)
    const [host = '', port] = url.split(':')
    const local = names[host]
    if (local === undefined) return socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    const onward = keep(connect(port === '443' ? (front.address() as AddressInfo).port : portOf(local), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    }))
  })
  await new Promise<void>((resolve) => { proxy.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => {
    for (const server of [proxy, front]) server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, passed: () => [...new Set(passed)] }
}
