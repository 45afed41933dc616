/**
 * One request and its response, on undici's lowest interface (`dispatch`): no stream object, promise or closure for each chunk. This is the
 * hot path. A small response is complete when its head is read, and is sent in one piece; a large one is streamed with back-pressure.
 */
import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Clock } from '../../util/clock.ts'
import type { RateLimitState } from '../../util/rate-limit-state.ts'
import type { UpstreamResponse } from '../upstream-response.ts'
import { sanitizeResponseHeaders, type LimitSink } from '../sanitize-request.ts'

export interface Timeouts {
  /** Milliseconds until the head of the response. */
  readonly headers: number
  /** Milliseconds without progress in the body, caused by either side. */
  readonly idle: number
  /** Milliseconds for the whole exchange. */
  readonly total: number
}

/** Why an exchange failed before its head arrived. */
export class ExchangeFailure extends Error {
  readonly kind: 'network' | 'timeout' | 'aborted'
  /** False only if certainly no byte of the request was sent: then any method may be sent again. */
  readonly maySent: boolean

  constructor (kind: ExchangeFailure['kind'], maySent: boolean, cause?: unknown) {
    super(`exchange ${kind}`, { cause })
    this.name = 'ExchangeFailure'
    this.kind = kind
    this.maySent = maySent
  }
}

/** High-water mark in bytes: above it the upstream is paused. */
const HIGH_WATER_MARK = 64 * 1024

type State = 'head' | 'body' | 'complete' | 'failed'

export class Exchange implements UpstreamResponse, LimitSink, Dispatcher.DispatchHandler {
  status = 0
  headers: Record<string, string | string[]> = {}
  /** Nango's own limit, by header name. */
  limits: Map<string, string> | null = null
  /** Set by the pipeline. */
  rateLimit: RateLimitState | undefined = undefined

  readonly #clock: Clock
  readonly #timeouts: Timeouts
  readonly #startedAt: number
  readonly #settle: (failure: ExchangeFailure | null) => void
  readonly #markSent: (() => boolean) | undefined
  #state: State = 'head'
  #sent = false
  #activeAt: number
  #timer: unknown
  #undiciAbort: ((reason?: Error) => void) | null = null
  #undiciResume: (() => void) | null = null
  #abortReason: Error | null = null
  /** The unread part of the body: nearly always one chunk. An array of them for each call: see Cancellation. */
  #chunks: Buffer | Buffer[] | null = null
  #size = 0
  #reader: Reader | null = null
  #failure: Error | null = null

  /**
   * @param settle called once: with null when the head has arrived, or with the failure
   * @param markSent called when the request has its socket; false keeps it from being sent
   */
  constructor (clock: Clock, timeouts: Timeouts, settle: (failure: ExchangeFailure | null) => void, markSent?: () => boolean) {
    this.#clock = clock
    this.#timeouts = timeouts
    this.#settle = settle
    this.#markSent = markSent
    this.#startedAt = this.#activeAt = clock.now()
    this.#arm(Math.min(timeouts.headers, timeouts.total))
  }

  /** True if the whole body was received. */
  get complete (): boolean { return this.#state === 'complete' }

  /** Ends the exchange and cancels the upstream request. */
  abort (reason: Error): void {
    if (this.#state === 'complete' || this.#state === 'failed') return
    this.#end(new ExchangeFailure('aborted', this.#sent, reason), reason)
  }

  /** The body: one Buffer if it is complete, otherwise a stream. Call once. */
  payload (): Buffer | Readable {
    if (this.#state === 'complete') {
      const body = this.#take()
      this.#chunks = null // whatever still refers to this exchange keeps no body
      return body
    }
    this.#reader = new Reader(this, this.#allChunks())
    this.#chunks = null
    if (this.#failure !== null) this.#reader.destroy(this.#failure)
    return this.#reader
  }

  /** Reads the body up to `limit` bytes. Null if it is longer: the read part stays for `payload`. */
  async collect (limit: number): Promise<Buffer | null> {
    this.#wanted = Math.max(this.#wanted, limit)
    while (this.#state === 'body' && this.#size <= limit) {
      await new Promise<void>((resolve) => { this.#onProgress = resolve; this.resume() })
    }
    if (this.#failure !== null) throw this.#failure
    if (this.#size > limit) return null
    const body = this.#take()
    this.#chunks = body
    return body
  }

  /** The first bytes that were read and not yet consumed, to detect the kind of body. */
  get start (): Buffer { return Buffer.concat(this.#allChunks(), Math.min(this.#size, 1024)) }

  #onProgress: (() => void) | null = null
  /** `collect` reads beyond the high-water mark. */
  #wanted = 0

  /** Resumes the upstream. */
  resume (): void { this.#undiciResume?.() }

  #take (): Buffer {
    return Buffer.isBuffer(this.#chunks) ? this.#chunks : Buffer.concat(this.#allChunks())
  }

  #allChunks (): readonly Buffer[] {
    if (this.#chunks === null) return []
    return Buffer.isBuffer(this.#chunks) ? [this.#chunks] : this.#chunks
  }

  // --- undici's handler interface -------------------------------------------------------------------------------------------------------

  onConnect (abort: (reason?: Error) => void): void {
    if (this.#abortReason !== null) return abort(this.#abortReason)
    if (this.#markSent?.() === false) return abort(new Error('the call was held up for too long'))
    this.#undiciAbort = abort
    this.#sent = true
  }

  onHeaders (status: number, headers: Buffer[], resume: () => void): boolean {
    if (status < 200) return true
    this.status = status
    this.headers = sanitizeResponseHeaders(headers, this)
    this.#undiciResume = resume
    this.#state = 'body'
    this.#activeAt = this.#clock.now()
    this.#settle(null)
    return true
  }

  onData (chunk: Buffer): boolean {
    if (this.#state !== 'body') return false
    this.#activeAt = this.#clock.now()
    // undici resumes with an empty chunk; pausing at it would pause forever.
    if (chunk.length === 0) return true
    if (this.#reader !== null) return this.#reader.push(chunk)
    if (this.#chunks === null) this.#chunks = chunk
    else if (Buffer.isBuffer(this.#chunks)) this.#chunks = [this.#chunks, chunk]
    else this.#chunks.push(chunk)
    this.#size += chunk.length
    this.#progress()
    return this.#size < HIGH_WATER_MARK || this.#size <= this.#wanted
  }

  onComplete (): void {
    if (this.#state !== 'body') return
    this.#state = 'complete'
    this.#clock.clearTimeout(this.#timer)
    this.#reader?.push(null)
    this.#progress()
  }

  onError (error: Error): void {
    if (this.#state === 'failed') return
    this.#fail(new ExchangeFailure('network', this.#sent, error))
    // After a 407 of the proxy, undici leaves the response unread.
    this.#undiciAbort?.(error)
  }

  // --- ends -----------------------------------------------------------------------------------------------------------------------------

  #progress (): void {
    const notify = this.#onProgress
    this.#onProgress = null
    notify?.()
  }

  #fail (failure: ExchangeFailure): void {
    const before = this.#state
    if (before === 'complete' || before === 'failed') return
    this.#state = 'failed'
    this.#failure = failure
    this.#clock.clearTimeout(this.#timer)
    if (before === 'head') this.#settle(failure)
    this.#reader?.destroy(failure)
    this.#progress()
  }

  /** Ends the exchange from this side. The failure is set first: undici calls `onError` from within its abort. */
  #end (failure: ExchangeFailure, reason: Error): void {
    this.#abortReason = reason
    this.#fail(failure)
    this.#undiciAbort?.(reason)
  }

  #arm (ms: number): void {
    // Never past the idle limit: while the head is awaited that is too early, but the body's first stall must not wait for the head's
    // limit.
    this.#timer = this.#clock.setTimeout(() => this.#onTimer(), Math.min(ms, this.#timeouts.idle))
  }

  /** One timer for three limits: when it fires, it checks which limit is due, and sleeps on if none is. Chunks only record the time. */
  #onTimer (): void {
    const now = this.#clock.now()
    const total = this.#timeouts.total - (now - this.#startedAt)
    const phase = this.#state === 'head'
      ? this.#timeouts.headers - (now - this.#startedAt)
      : this.#timeouts.idle - (now - this.#activeAt)
    const left = Math.min(total, phase)
    if (left > 0) return this.#arm(Math.ceil(left))
    const reason = new Error(this.#state === 'head' ? 'no head in time' : total <= 0 ? 'the exchange took too long' : 'the body stalled')
    this.#end(new ExchangeFailure('timeout', this.#sent, reason), reason)
  }

  /** The reader consumed data: that is progress too. */
  touched (): void { this.#activeAt = this.#clock.now() }
}

/** The body of a large or slow response as a stream. Chunks from before there was a reader go first. */
class Reader extends Readable {
  readonly #exchange: Exchange

  constructor (exchange: Exchange, early: readonly Buffer[]) {
    super({ highWaterMark: HIGH_WATER_MARK })
    this.#exchange = exchange
    // A hook of the host may still delay the response: without a listener the error would end the process. A reader still gets the
    // error.
    this.on('error', () => {})
    for (const chunk of early) this.push(chunk)
  }

  override _read (): void {
    this.#exchange.touched()
    this.#exchange.resume()
  }

  override _destroy (error: Error | null, callback: (error?: Error | null) => void): void {
    // The client disconnected during the download: the upstream request is cancelled.
    this.#exchange.abort(error ?? new Error('the reader disconnected'))
    callback(error)
  }
}
