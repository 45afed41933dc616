/** Takes a caller's body as bytes: small ones whole, large ones as a stream, never parsed and written again. */
import { Transform, type Readable, type TransformCallback } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { RollerError } from '../errors.ts'
import type { OutgoingBody } from '../gateway/transport/transport.ts'

/** Up to here one buffer is much faster than a stream. Bytes. */
const WHOLE_LIMIT = 64 * 1024

export interface BodyLimits {
  /** Largest body that is read whole because it is validated. Bytes. */
  readonly whole: number
  /** Largest body that is streamed. Bytes. */
  readonly stream: number
}

/** Replaces the scope's parsers, the host's included, by one that makes `request.body` an OutgoingBody. */
export function takeBodiesAsBytes (app: FastifyInstance, limits: BodyLimits): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (request, payload, done) => {
    const whole = request.routeOptions.config.roller?.operation?.endsWith('/*') === false
    readBody(payload, declaredLength(request.headers['content-length']), whole, limits).then((body) => done(null, body), done)
  })
}

async function readBody (payload: Readable, declared: number | null, whole: boolean, limits: BodyLimits): Promise<OutgoingBody> {
  const limit = whole ? limits.whole : limits.stream
  if (declared !== null && declared > limit) throw tooLarge(limit)
  if (!whole && declared !== null && declared > WHOLE_LIMIT) {
    return { kind: 'stream', stream: payload.pipe(new Limiter(limit)), length: declared }
  }

  const chunks: Buffer[] = []
  let size = 0
  const collectLimit = whole ? limits.whole : WHOLE_LIMIT
  const exceeded = await new Promise<boolean>((resolve, reject) => {
    const stop = (outcome: boolean): void => {
      payload.removeListener('data', onData).removeListener('end', onEnd).removeListener('error', onGone).removeListener('close', onGone)
      resolve(outcome)
    }
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk)
      size += chunk.length
      if (size > collectLimit) { payload.pause(); stop(true) }
    }
    const onEnd = (): void => stop(false)
    const onGone = (): void => reject(clientDisconnected())
    payload.on('data', onData).once('end', onEnd).once('error', onGone).once('close', onGone)
  })
  if (!exceeded) return { kind: 'bytes', bytes: chunks.length === 1 ? chunks[0] as Buffer : Buffer.concat(chunks, size) }
  if (whole) throw tooLarge(limit)
  const limiter = new Limiter(limit)
  for (const chunk of chunks) limiter.write(chunk)
  return { kind: 'stream', stream: payload.pipe(limiter), length: null }
}

/** Fails when the body exceeds the limit, or when the client disconnects. */
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

/** Status 400, as Fastify uses for an aborted body; it is never sent. */
export function clientDisconnected (): Error {
  return Object.assign(new Error('the caller went away'), { statusCode: 400 })
}

function declaredLength (header: string | undefined): number | null {
  return header === undefined ? null : Number(header) // Node has checked that it is a number
}

function tooLarge (limit: number): RollerError {
  return new RollerError('ROLLER_ERR_BODY_TOO_LARGE', { detail: `The body is larger than ${limit} bytes.` })
}
