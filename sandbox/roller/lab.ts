/** Test-only paths under `/sandbox/`: bodies of any size in both directions, with constant memory. */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

// One prime-length block, repeated: any shift of the stream by a power of two shows up in its hash.
const BLOCK = Buffer.from(Uint8Array.from({ length: 65_521 }, (_, index) => (index * 31 + (index >> 8)) & 0xff))

/** The first `size` bytes of the deterministic stream, for comparison in tests. */
export function * blocks (size: number): Generator<Buffer> {
  for (let left = size; left > 0; left -= BLOCK.length) yield left >= BLOCK.length ? BLOCK : BLOCK.subarray(0, left)
}

/** `close` as well as `drain`: a caller that has gone away never drains. */
async function drained (response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
}

export interface BytesOptions {
  readonly chunked: boolean
  /** How long the whole takes at least; 0 is as fast as they are read. */
  readonly seconds?: number
}

export async function deterministicBytes (response: ServerResponse, size: number, { chunked, seconds = 0 }: BytesOptions): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/octet-stream', ...(chunked ? {} : { 'content-length': size }) })
  const startedAt = performance.now()
  let sent = 0
  for (const block of blocks(size)) {
    if (response.destroyed) return
    if (!response.write(block)) await drained(response)
    sent += block.length
    const ahead = startedAt + sent / size * seconds * 1_000 - performance.now()
    if (ahead > 0) await sleep(ahead)
  }
  response.end()
}

/** Hashes a body of any size while it arrives. */
export async function count (request: IncomingMessage): Promise<{ bytes: number, sha256: string }> {
  const sum = createHash('sha256')
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sum.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha256: sum.digest('hex') }
}

export function echo (request: IncomingMessage, body: Buffer): Record<string, unknown> {
  return {
    method: request.method,
    url: request.url,
    headers: request.headers,
    bodyBase64: body.toString('base64'),
    bodyLength: body.length
  }
}
