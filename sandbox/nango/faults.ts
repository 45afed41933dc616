import type { OutgoingHttpHeaders } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Call } from './http.ts'

interface Canned { status?: number, headers?: OutgoingHttpHeaders, body?: string | Buffer | object }

/** A misbehaviour to order. `path` matches the raw URL; without it, the fault takes whatever comes. */
export type Fault = { path?: RegExp } & (
  | { kind: 'status', status: number, headers?: OutgoingHttpHeaders, body?: string | Buffer | object }
  | { kind: 'reset' }
  | { kind: 'reset-after-headers' }
  | { kind: 'cut' } & Canned
  | { kind: 'hang' }
  | { kind: 'html', status: number }
  | { kind: 'slow', /** Milliseconds before the ordinary answer. */ delay: number }
  | { kind: 'trickle', /** Milliseconds between two bytes. */ every: number } & Canned
  | { kind: 'garbage' }
)

export interface Faults {
  /** Applies to the next request that matches; several calls queue up. */
  next (fault: Fault): void
  /** Applies to every request that matches, until null clears it. */
  always (fault: Fault | null): void
}

const PAGE = '<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>'

export class FaultBox implements Faults {
  readonly #queue: Fault[] = []
  #standing: Fault | null = null

  next (fault: Fault): void {
    this.#queue.push(fault)
  }

  always (fault: Fault | null): void {
    this.#standing = fault
  }

  take (url: string): Fault | undefined {
    const index = this.#queue.findIndex((fault) => matches(fault, url))
    if (index !== -1) return this.#queue.splice(index, 1)[0]
    return this.#standing !== null && matches(this.#standing, url) ? this.#standing : undefined
  }
}

const matches = (fault: Fault, url: string): boolean => fault.path === undefined || url.search(fault.path) !== -1

/** Returns true when the fault took the request over, false when the ordinary answer should follow. */
export async function inflict (fault: Fault, call: Call): Promise<boolean> {
  const { res } = call
  const socket = res.socket
  switch (fault.kind) {
    case 'slow':
      await wait(fault.delay)
      return false
    case 'hang':
      return true
    case 'reset':
      socket?.resetAndDestroy()
      return true
    case 'garbage':
      socket?.end('this is not HTTP\r\n\r\n')
      return true
    case 'reset-after-headers':
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 })
      res.flushHeaders()
      // The head must be on the wire before the socket goes, or the caller sees only a reset.
      await wait(10)
      socket?.resetAndDestroy()
      return true
    case 'html':
      res.writeHead(fault.status, { 'content-type': 'text/html' }).end(PAGE)
      return true
    case 'status':
      writeHead(call, fault).end(bytesOf(fault))
      return true
    case 'cut': {
      const body = bytesOf(fault)
      writeHead(call, fault).write(body.subarray(0, Math.ceil(body.length / 2)))
      await wait(10)
      socket?.destroy()
      return true
    }
    case 'trickle':
      writeHead(call, fault)
      for (const byte of bytesOf(fault)) {
        if (res.destroyed) return true
        res.write(Buffer.of(byte))
        await wait(fault.every)
      }
      res.end()
      return true
  }
}

function bytesOf ({ body = { status: 'ok', padding: 'x'.repeat(100) } }: Canned): Buffer {
  if (Buffer.isBuffer(body)) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

function writeHead (call: Call, canned: Canned): Call['res'] {
  const type = typeof canned.body === 'string' ? 'text/plain' : 'application/json'
  const chunked = Object.keys(canned.headers ?? {}).some((name) => name.toLowerCase() === 'transfer-encoding')
  const length = chunked ? {} : { 'content-length': bytesOf(canned).length }
  return call.res.writeHead(canned.status ?? 200, { 'content-type': type, ...length, ...canned.headers })
}
