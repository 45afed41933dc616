/** Test-only paths under `/sandbox/`: bodies of any size in both directions, with constant memory. */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

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

export async function deterministicBytes (response: ServerResponse, size: number, chunked: boolean): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/octet-stream', ...(chunked ? {} : { 'content-length': size }) })
  for (const block of blocks(size)) {
    if (response.destroyed) return
    if (!response.write(block)) await drained(response)
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
