/** Simulated faults between a caller and ROLLER. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { FaultQueue, type Faults } from '../fault-queue.ts'
import { hijackResponse } from '../hijack.ts'
import { sendBytes } from './lab.ts'

export type Fault = { path?: RegExp, method?: string } & (
  | { kind: 'status', status: number, headers?: Record<string, string>, body?: string | Buffer | object }
  | { kind: 'reset' | 'reset-after-work' | 'reset-after-headers' | 'cut' | 'hang' | 'garbage' }
  | { kind: 'slow' | 'trickle', ms: number }
  | { kind: 'huge', bytes: number, chunked?: boolean }
)

const FAULT = 'fault'
/** These run the operation and then disturb the response. */
const afterWork: readonly string[] = ['reset-after-work', 'reset-after-headers', 'cut', 'trickle']
/** A delay for headers and bytes to arrive: a reset discards data that the other side has not read yet. */
const ARRIVAL_MS = 20

/** Bypasses Fastify: the response of a fault has exactly the given headers. */
function sendStatus (fault: Extract<Fault, { kind: 'status' }>, reply: FastifyReply): void {
  const { status, headers, body = '' } = fault
  const isText = typeof body === 'string' || Buffer.isBuffer(body)
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  reply.hijack().raw
    .writeHead(status, { ...(isText ? {} : { 'content-type': 'application/json' }), ...headers, 'content-length': bytes.length }).end(bytes)
}

/** Responds in place of the operation; false if the operation should run. */
async function replaceWork (fault: Fault, socket: Socket, reply: FastifyReply): Promise<boolean> {
  if (afterWork.includes(fault.kind)) return false
  if (fault.kind === 'slow') {
    await sleep(fault.ms)
    return false
  }
  if (fault.kind === 'status') sendStatus(fault, reply)
  else if (fault.kind === 'huge') sendBytes(reply, fault.bytes, { chunked: fault.chunked === true })
  else reply.hijack()
  if (fault.kind === 'reset') socket.resetAndDestroy()
  if (fault.kind === 'garbage') socket.end('\u0000\u0001 this is not HTTP\r\n\r\n')
  return true
}

/** Writes a finished response, disturbed by the fault. */
async function disturb (fault: Fault, response: ServerResponse, status: number, body: Buffer): Promise<void> {
  if (fault.kind === 'reset-after-work') {
    response.socket?.resetAndDestroy()
    return
  }
  // Announces at least one byte, so that the response is never complete.
  const length = fault.kind === 'trickle' ? body.length : Math.max(1, body.length)
  response.writeHead(status, { 'content-length': length }).flushHeaders()
  if (fault.kind === 'reset-after-headers') {
    await sleep(ARRIVAL_MS)
    response.socket?.resetAndDestroy()
  } else if (fault.kind === 'cut') {
    await new Promise<void>((resolve) => { response.write(body.subarray(0, Math.floor(body.length / 2)), () => { resolve() }) })
    await sleep(ARRIVAL_MS)
    response.socket?.destroy()
  } else if (fault.kind === 'trickle') {
    for (const byte of body) {
      if (response.destroyed) return
      response.write(Buffer.of(byte))
      await sleep(fault.ms)
    }
    response.end()
  }
}

export function addFaults (app: FastifyInstance): Faults<Fault> {
  const faults = new FaultQueue<Fault>()
  app.decorateRequest(FAULT, undefined)
  app.addHook('preValidation', (request, reply, done) => {
    const fault = faults.take(request.method, request.url)
    if (fault === undefined) { done(); return }
    request.setDecorator(FAULT, fault)
    replaceWork(fault, request.socket, reply).then((replaced) => { if (!replaced) done() }).catch(done)
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    const fault = request.getDecorator<Fault | undefined>(FAULT)
    const isWhole = payload === undefined || payload === null || typeof payload === 'string' || Buffer.isBuffer(payload)
    if (fault === undefined || !afterWork.includes(fault.kind) || !isWhole) { done(null, payload); return }
    // Without `done`, Fastify writes nothing more. A disconnected caller needs no response.
    disturb(fault, hijackResponse(reply), reply.statusCode, Buffer.from(payload ?? '')).catch(() => { reply.raw.destroy() })
  })
  return faults
}
