/** Answers as they leave the cache: ROLLER's own, with a word on how they came. */
import type { Readable } from 'node:stream'
import type { UpstreamResponse } from '../upstream-response.ts'
import type { WholeAnswer } from '../cache/store.ts'

type Headers = UpstreamResponse['headers']

const CACHE = 'fastify-roller'

/** An answer whose bytes are here. Several callers hold the same bytes: nobody may write into them. */
export class SharedResponse implements UpstreamResponse {
  readonly status: number
  readonly headers: Headers
  readonly #body: Buffer

  constructor ({ status, body }: WholeAnswer, headers: Headers) {
    this.status = status
    this.headers = headers
    this.#body = body
  }

  payload (): Buffer { return this.#body }
  async collect (limit: number): Promise<Buffer | null> { return this.#body.length > limit ? null : this.#body }
  abort (): void {}
}

/** An answer that flows, under other headers. */
export class LabelledResponse implements UpstreamResponse {
  readonly headers: Headers
  readonly #answer: UpstreamResponse

  constructor (answer: UpstreamResponse, headers: Headers) {
    this.#answer = answer
    this.headers = headers
  }

  get status (): number { return this.#answer.status }
  payload (): Buffer | Readable { return this.#answer.payload() }
  async collect (limit: number): Promise<Buffer | null> { return await this.#answer.collect(limit) }
  abort (reason: Error): void { this.#answer.abort(reason) }
}

/** @param how the parameters of RFC 9211, such as `hit` or `fwd=miss; stored`. Caches nearer to ROLLER stand before this one. */
export function withCacheStatus (headers: Headers, how: string): Headers {
  const before = headers['cache-status']
  return { ...headers, 'cache-status': `${before === undefined ? '' : `${String(before)}, `}${CACHE}; ${how}` }
}

/** Age counts from when ROLLER made the answer, so what other caches have said is added. */
export function withAge (headers: Headers, ageMs: number): Headers {
  const before = headers['age']
  const seconds = typeof before === 'string' && /^\d{1,9}$/.test(before) ? Number(before) : 0
  return { ...headers, age: String(seconds + Math.floor(ageMs / 1000)) }
}
