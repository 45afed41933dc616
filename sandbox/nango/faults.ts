import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'
import { hijackResponse } from '../hijack.ts'

interface Canned { status?: number, headers?: OutgoingHttpHeaders, body?: string | Buffer | object }

/** A simulated fault. `path` matches the raw URL; without it the fault applies to any request. */
export type Fault = { path?: RegExp } & (
  | { kind: 'status', status: number } & Canned
  | { kind: 'reset' | 'reset-after-headers' | 'hang' | 'garbage' }
  | { kind: 'cut' } & Canned
  | { kind: 'html', status: number }
  | { kind: 'slow', /** Milliseconds before the normal response. */ delay: number }
  | { kind: 'trickle', /** Milliseconds between two bytes. */ every: number } & Canned
)

const PAGE = '<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>'

/** Returns true if the fault replaced the response, false if the normal one follows. */
export async function inflict (fault: Fault, reply: FastifyReply): Promise<boolean> {
  if (fault.kind === 'slow') {
    await wait(fault.delay)
    return false
  }
  const raw = hijackResponse(reply)
  const { socket } = raw
  switch (fault.kind) {
    case 'reset':
      socket?.resetAndDestroy()
      break
    case 'garbage':
      socket?.end('this is not HTTP\r\n\r\n')
      break
    case 'reset-after-headers':
      raw.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 }).flushHeaders()
      // The head must be sent before the socket is destroyed, or the caller sees only a reset.
      await wait(10)
      socket?.resetAndDestroy()
      break
    case 'html':
      raw.writeHead(fault.status, { 'content-type': 'text/html' }).end(PAGE)
      break
    case 'status':
      writeHead(raw, fault).end(bytesOf(fault))
      break
    case 'cut':
      writeHead(raw, fault).write(bytesOf(fault).subarray(0, Math.ceil(bytesOf(fault).length / 2)))
      await wait(10)
      socket?.destroy()
      break
    case 'trickle':
      writeHead(raw, fault)
      for (const byte of bytesOf(fault)) {
        if (raw.destroyed) return true
        raw.write(Buffer.of(byte))
        await wait(fault.every)
      }
      raw.end()
  }
  return true
}

function bytesOf ({ body = { status: 'ok', padding: 'x'.repeat(100) } }: Canned): Buffer {
  if (Buffer.isBuffer(body)) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

function writeHead (raw: ServerResponse, canned: Canned): ServerResponse {
  const type = typeof canned.body === 'string' ? 'text/plain' : 'application/json'
  const chunked = Object.keys(canned.headers ?? {}).some((name) => name.toLowerCase() === 'transfer-encoding')
  const length = chunked ? {} : { 'content-length': bytesOf(canned).length }
  // Set one by one: a name in another case then replaces the previous one.
  for (const [name, value] of Object.entries({ 'content-type': type, ...length })) raw.setHeader(name, value)
  return raw.writeHead(canned.status ?? 200, canned.headers)
}
