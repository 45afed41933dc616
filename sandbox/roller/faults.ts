/** Everything that can go wrong on the way to ROLLER, on demand. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { deterministicBytes } from './lab.ts'
import type { Answer } from './contract.ts'

export type Fault = { path?: RegExp, method?: string } & (
  | { kind: 'status', status: number, headers?: Record<string, string>, body?: string | Buffer | object }
  | { kind: 'reset' | 'reset-after-work' | 'reset-after-headers' | 'cut' | 'hang' | 'garbage' }
  | { kind: 'slow' | 'trickle', ms: number }
  | { kind: 'huge', bytes: number, chunked?: boolean }
)

export interface Faults {
  /** Applies to the next matching request only. */
  next: (fault: Fault) => void
  /** Applies to every matching request, until it is cleared with null. */
  always: (fault: Fault | null) => void
}

const matches = (fault: Fault, method: string, url: string): boolean =>
  (fault.method === undefined || fault.method.toUpperCase() === method) && (fault.path === undefined || url.search(fault.path) !== -1)

export function createFaults () {
  const once: Fault[] = []
  let always: Fault | null = null
  const faults: Faults = {
    next: (fault) => { once.push(fault) },
    always: (fault) => { always = fault }
  }
  return {
    faults,
    take (method: string, url: string): Fault | undefined {
      const index = once.findIndex((fault) => matches(fault, method, url))
      if (index !== -1) return once.splice(index, 1)[0]
      return always !== null && matches(always, method, url) ? always : undefined
    }
  }
}

const pause = async (ms: number): Promise<void> => await new Promise((resolve) => { setTimeout(resolve, ms) })

function send (response: ServerResponse, status: number, headers: Record<string, string>, body: Buffer): void {
  response.writeHead(status, { ...headers, 'content-length': body.length }).end(body)
}

/** Answers in place of ROLLER's own work; false when the fault lets the work be done (`slow` has waited by then). */
export async function instead (fault: Fault, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  switch (fault.kind) {
    case 'status': {
      const { body = '' } = fault
      const isText = typeof body === 'string' || Buffer.isBuffer(body)
      const bytes = Buffer.isBuffer(body) ? body : Buffer.from(isText ? body : JSON.stringify(body))
      send(response, fault.status, { ...(isText ? {} : { 'content-type': 'application/json' }), ...fault.headers }, bytes)
      return true
    }
    case 'reset':
      request.socket.resetAndDestroy()
      return true
    case 'garbage':
      request.socket.end('\u0000\u0001 this is not HTTP\r\n\r\n')
      return true
    case 'hang':
      return true
    case 'huge':
      await deterministicBytes(response, fault.bytes, { chunked: fault.chunked === true })
      return true
    case 'slow':
      await pause(fault.ms)
      return false
    default:
      return false
  }
}

interface Rendered { headers: Record<string, string>, body: Buffer }

/** Sends an answer whose work is done the way the fault says. */
export async function spoil (fault: Fault, answer: Answer, rendered: Rendered, response: ServerResponse): Promise<void> {
  const { headers, body } = rendered
  const socket = response.socket
  switch (fault.kind) {
    case 'reset-after-work':
      socket?.resetAndDestroy()
      return
    case 'reset-after-headers':
      response.writeHead(answer.status, { ...headers, 'content-length': Math.max(1, body.length) })
      response.flushHeaders()
      // The headers get a moment to arrive: a reset overtakes bytes that the other side has not read yet.
      await pause(20)
      socket?.resetAndDestroy()
      return
    case 'cut': {
      const half = body.subarray(0, Math.floor(body.length / 2))
      response.writeHead(answer.status, { ...headers, 'content-length': Math.max(1, body.length) })
      response.flushHeaders()
      await new Promise<void>((resolve) => { response.write(half, () => { resolve() }) })
      await pause(20)
      socket?.destroy()
      return
    }
    case 'trickle':
      response.writeHead(answer.status, { ...headers, 'content-length': body.length })
      for (const byte of body) {
        if (response.destroyed) return
        response.write(Buffer.of(byte))
        await pause(fault.ms)
      }
      response.end()
      return
    default:
      send(response, answer.status, headers, body)
  }
}
