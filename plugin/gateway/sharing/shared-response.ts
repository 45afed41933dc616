/** Shared and cached responses: ROLLER's own, with a Cache-Status header. */
import type { Readable } from 'node:stream'
import type { RateLimitState } from '../../util/rate-limit-state.ts'
import { endedEarly } from '../classify-failure.ts'
import type { UpstreamResponse } from '../upstream-response.ts'

type Headers = UpstreamResponse['headers']

/** Larger responses are neither shared nor stored. */
const MAX_SHARED_BYTES = 1024 * 1024

const CACHE = 'fastify-roller'

/** A response that was read completely. Several callers hold the same bytes: they must not be changed. */
export class WholeResponse implements UpstreamResponse {
  readonly status: number
  readonly headers: Headers
  readonly body: Buffer
  readonly rateLimit: RateLimitState | undefined

  constructor (status: number, headers: Headers, body: Buffer, rateLimit: RateLimitState | undefined) {
    this.status = status
    this.headers = headers
    this.body = body
    this.rateLimit = rateLimit
  }

  payload (): Buffer { return this.body }
  async collect (limit: number): Promise<Buffer | null> { return this.body.length > limit ? null : this.body }
  abort (): void {}

  with (headers: Headers): WholeResponse { return new WholeResponse(this.status, headers, this.body, this.rateLimit) }
}

/** A streamed response with other headers. */
export class ResponseWithHeaders implements UpstreamResponse {
  readonly headers: Headers
  readonly #response: UpstreamResponse

  constructor (response: UpstreamResponse, headers: Headers) {
    this.#response = response
    this.headers = headers
  }

  get status (): number { return this.#response.status }
  get rateLimit (): RateLimitState | undefined { return this.#response.rateLimit }
  payload (): Buffer | Readable { return this.#response.payload() }
  async collect (limit: number): Promise<Buffer | null> { return await this.#response.collect(limit) }
  abort (reason: Error): void { this.#response.abort(reason) }
}

/** Reads a response completely. Null: too large to be shared. @throws RollerError if it ends early */
export async function readWhole (response: UpstreamResponse): Promise<WholeResponse | null> {
  if (declaredLength(response) > MAX_SHARED_BYTES) return null
  const body = await response.collect(MAX_SHARED_BYTES).catch((cause: unknown) => { throw endedEarly(cause) })
  return body === null ? null : new WholeResponse(response.status, response.headers, body, response.rateLimit)
}

function declaredLength ({ headers }: UpstreamResponse): number {
  const length = headers['content-length']
  return typeof length === 'string' && /^\d{1,15}$/.test(length) ? Number(length) : 0
}

/** @param how parameters of RFC 9211, such as `hit` or `fwd=miss; stored`. Appended after those of caches nearer to ROLLER. */
export function withCacheStatus (headers: Headers, how: string): Headers {
  const before = headers['cache-status']
  return { ...headers, 'cache-status': `${before === undefined ? '' : `${String(before)}, `}${CACHE}; ${how}` }
}

/** For a caller that joined another's request. */
export function withCollapsed (headers: Headers): Headers {
  const status = String(headers['cache-status'] ?? '')
  const own = status.slice(status.lastIndexOf(', ') + 1).trimStart()
  if (!own.startsWith(`${CACHE}; `)) return withCacheStatus(headers, 'fwd=bypass; collapsed')
  return own === `${CACHE}; hit` ? headers : { ...headers, 'cache-status': `${status}; collapsed` }
}

/** Age counts from ROLLER's response, so the age in other caches is added. */
export function withAge (headers: Headers, ageMs: number): Headers {
  const before = headers['age']
  const seconds = typeof before === 'string' && /^\d{1,9}$/.test(before) ? Number(before) : 0
  return { ...headers, age: String(seconds + Math.floor(ageMs / 1000)) }
}
