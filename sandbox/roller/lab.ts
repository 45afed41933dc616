/** Test-only paths under `/sandbox/`: bodies of any size in both directions, with constant memory. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { keepBody, recordOf } from './http.ts'

// One block of prime length, repeated: a shift of the stream by a power of two changes its hash.
const BLOCK = Buffer.from(Uint8Array.from({ length: 65_521 }, (_, index) => (index * 31 + (index >> 8)) & 0xff))

/** The first `size` bytes of the deterministic stream, for comparison in tests. */
export function * blocks (size: number): Generator<Buffer> {
  for (let left = size; left > 0; left -= BLOCK.length) yield left >= BLOCK.length ? BLOCK : BLOCK.subarray(0, left)
}

async function * paced (size: number, seconds: number): AsyncGenerator<Buffer> {
  const startedAt = performance.now()
  let sent = 0
  for (const block of blocks(size)) {
    yield block
    sent += block.length
    await sleep(Math.max(0, startedAt + sent / size * seconds * 1_000 - performance.now()))
  }
}

interface BytesOptions {
  readonly chunked: boolean
  /** Minimum duration of the response; 0 sends as fast as it is read. */
  readonly seconds?: number
}

export function sendBytes (reply: FastifyReply, size: number, { chunked, seconds = 0 }: BytesOptions): FastifyReply {
  if (!chunked) reply.header('content-length', size)
  const bytes = Readable.from(seconds > 0 ? paced(size, seconds) : blocks(size), { objectMode: false })
  return reply.type('application/octet-stream').send(bytes)
}

/** Hashes a body of any size while it arrives. */
async function count ({ raw }: FastifyRequest): Promise<{ bytes: number, sha256: string }> {
  const sum = createHash('sha256')
  let bytes = 0
  for await (const chunk of raw as AsyncIterable<Buffer>) { // no encoding is set, so the chunks are buffers
    sum.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha256: sum.digest('hex') }
}

export async function lab (app: FastifyInstance): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => keepBody(request, body))

  app.all('/sandbox/echo', async (request) => {
    const { method, url, headers, body } = recordOf(request)
    return { method, url, headers, bodyBase64: body.toString('base64'), bodyLength: body.length }
  })

  app.all<{ Params: { size: string }, Querystring: Record<string, string> }>('/sandbox/bytes/:size(^\\d+$)', (request, reply) => {
    const { chunked, seconds } = request.query
    return sendBytes(reply, Number(request.params.size), { chunked: chunked === '1', seconds: Number(seconds ?? 0) })
  })

  await app.register(async (streaming) => {
    streaming.removeAllContentTypeParsers()
    streaming.addContentTypeParser('*', (_request, payload, done) => { done(null, payload) })
    streaming.all('/sandbox/count', count)
  })
}
