/** Reads a caller's body as bytes: small ones completely, large ones as a stream, never parsed and serialized again. */
import { Transform, type Readable, type TransformCallback } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { RollerError } from '../errors.ts'
import type { OutgoingBody } from '../gateway/transport/transport.ts'

/** Bytes up to which one buffer is much faster than a stream. */
const WHOLE_LIMIT = 64 * 1024

export interface BodyLimits {
  /** Maximum size in bytes of a body that is read completely for validation. */
  readonly whole: number
  /** Maximum size in bytes of a body that is streamed. */
  readonly stream: number
}

/** Replaces the scope's parsers, the host's included, by one that makes `request.body` an OutgoingBody, or null without a body. */
export function parseBodiesAsBytes (app: FastifyInstance, limits: BodyLimits): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (request, payload, done) => {
    const whole = request.routeOptions.config.roller?.operation?.endsWith('/*') === false
    readBody(request, payload, whole, limits).then((body) => done(null, body), done)
  })
}

async function readBody (request: FastifyRequest, payload: Readable, whole: boolean, limits: BodyLimits): Promise<OutgoingBody | null> {
  if (whole) return toBody(await readBytes(request, payload, limits.whole))
  const parsed = readByHost(request, payload)
  if (parsed !== null) return toBody(parsed)
  const declared = declaredLength(request, payload)
  if (declared !== null && declared > limits.stream) throw tooLarge(limits.stream)
  if (declared !== null && declared > WHOLE_LIMIT) {
    return { kind: 'stream', stream: payload.pipe(new Limiter(limits.stream)), length: declared }
  }
  const { chunks, exceeded } = await collect(payload, WHOLE_LIMIT)
  if (!exceeded) return toBody(chunks)
  const limiter = new Limiter(limits.stream)
  for (const chunk of chunks) limiter.write(chunk)
  return { kind: 'stream', stream: payload.pipe(limiter), length: null }
}

/**
 * The whole body. A missing one is an empty Buffer, whatever its headers: many clients send a Content-Type with every DELETE.
 * @param exact true for signature checks, for which a parsed and serialized body is invalid
 * @throws RollerError ROLLER_ERR_BODY_TOO_LARGE, ROLLER_ERR_MEDIA_TYPE for a Content-Encoding that the host does not decode
 */
export async function readBytes (request: FastifyRequest, payload: Readable, limit: number, exact = false): Promise<Buffer> {
  const parsed = readByHost(request, payload, exact)
  if (parsed !== null) return parsed
  const declared = declaredLength(request, payload)
  if (declared !== null && declared > limit) throw tooLarge(limit)
  const { chunks, exceeded } = await collect(payload, limit)
  if (exceeded) throw tooLarge(limit)
  return chunks
}

/**
 * The result of a body parser in front of Fastify (an Express middleware), which has consumed the bytes. Null without a body.
 * @throws RollerError ROLLER_ERR_MEDIA_TYPE, ROLLER_ERR_INTERNAL if the body was read and not kept
 */
function readByHost (request: FastifyRequest, payload: Readable, exact = false): Buffer | null {
  if (payload !== request.raw) return null
  if (!payload.readableEnded) {
    rejectEncoded(request)
    return null
  }
  const { body } = request.raw as { body?: unknown } // the property that such parsers set
  const { 'content-length': length = '0', 'transfer-encoding': chunked } = request.headers
  if (chunked === undefined && length === '0') return Buffer.alloc(0)
  if (Buffer.isBuffer(body)) return body
  if (typeof body === 'string') return Buffer.from(body)
  if (body !== undefined && !exact) return Buffer.from(JSON.stringify(body))
  throw new RollerError('ROLLER_ERR_INTERNAL', {
    detail: 'The request body was read before it reached fastify-roller, and its bytes were not kept.',
    hint: 'Restrict the middleware that reads bodies to other routes, or have it keep the bytes as a Buffer in request.raw.body.'
  })
}

function rejectEncoded ({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding']
  if (encoding === undefined || /^(?:identity)?$/i.test(encoding)) return
  throw new RollerError('ROLLER_ERR_MEDIA_TYPE', {
    detail: 'The request body has a Content-Encoding, which neither this server nor ROLLER decodes.',
    hint: 'Send the body without Content-Encoding.'
  })
}

/** Up to `limit` bytes; the rest stays in the stream. */
async function collect (
  payload: Readable, limit: number
): Promise<{ chunks: Buffer[], exceeded: true } | { chunks: Buffer, exceeded: false }> {
  const chunks: Buffer[] = []
  let size = 0
  const exceeded = await new Promise<boolean>((resolve, reject) => {
    const stop = (outcome: boolean): void => {
      payload.removeListener('data', onData).removeListener('end', onEnd).removeListener('error', onGone).removeListener('close', onGone)
      resolve(outcome)
    }
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk)
      size += chunk.length
      if (size > limit) { payload.pause(); stop(true) }
    }
    const onEnd = (): void => stop(false)
    const onGone = (error?: Error & { statusCode?: number }): void => reject(error?.statusCode === undefined ? clientDisconnected() : error)
    payload.on('data', onData).once('end', onEnd).once('error', onGone).once('close', onGone)
    payload.resume() // a preParsing hook may return a paused stream, which a listener alone does not start
  })
  return exceeded ? { chunks, exceeded } : { chunks: chunks.length === 1 ? chunks[0] as Buffer : Buffer.concat(chunks, size), exceeded }
}

function toBody (bytes: Buffer): OutgoingBody | null { return bytes.length === 0 ? null : { kind: 'bytes', bytes } }

/** Fails if the body exceeds the limit, or if the client disconnects. */
class Limiter extends Transform {
  readonly #limit: number
  #size = 0

  constructor (limit: number) {
    super()
    this.#limit = limit
    // The stream may have no reader: without a listener the error would end the process.
    this.on('error', () => {})
    this.once('pipe', (source: Readable) => {
      source.once('error', () => this.destroy(clientDisconnected()))
      source.once('close', () => { if (!source.readableEnded) this.destroy(clientDisconnected()) })
      // The rest of an unused body is read and discarded, as Node does; otherwise the connection would stall.
      this.once('close', () => source.unpipe(this).resume())
    })
  }

  override _transform (chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    this.#size += chunk.length
    if (this.#size > this.#limit) callback(tooLarge(this.#limit))
    else callback(null, chunk)
  }
}

/** The rest of the body is not read: the client may never stop sending. HTTP/2 has no such header, and ends the stream. */
export function closeConnection ({ raw }: FastifyRequest, reply: FastifyReply): void {
  if (raw.httpVersionMajor === 1) reply.header('connection', 'close')
}

/** Status 400, as Fastify uses for an aborted body; it is never sent. */
export function clientDisconnected (): Error {
  return Object.assign(new Error('the caller disconnected'), { statusCode: 400 })
}

/** Checked on the raw request: a preParsing hook that decodes a body changes its length, but not the header. */
function declaredLength (request: FastifyRequest, payload: Readable): number | null {
  const header = request.headers['content-length']
  return header === undefined || payload !== request.raw ? null : Number(header) // Node has checked that it is a number
}

function tooLarge (limit: number): RollerError {
  return new RollerError('ROLLER_ERR_BODY_TOO_LARGE', { detail: `The body is larger than ${limit} bytes.` })
}
