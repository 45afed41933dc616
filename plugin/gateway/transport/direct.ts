/**
 * Direct calls to ROLLER: Nango stores the credentials and issues the token, but does not proxy the data. Token and credentials stay in
 * this folder: no error and no response contains one.
 */
import { unlessAborted, type CancelSignal } from '../../util/cancellation.ts'
import { RollerError } from '../../errors.ts'
import { dispatch, WrittenRequest, type DispatchParts } from './dispatch.ts'
import { ExchangeFailure, type Exchange } from './exchange.ts'
import { TokenCache, type HeldToken, type TokenSource } from './token-cache.ts'
import type { OutgoingCall, Transport } from './transport.ts'

export interface DirectTransportOptions extends DispatchParts {
  /** An origin: https, or loopback. */
  readonly baseUrl: string
  readonly readToken: TokenSource
  readonly userAgent: string
}

export class DirectTransport implements Transport {
  readonly name = 'direct'
  readonly #options: DirectTransportOptions
  readonly #origin: string
  readonly #tokens: TokenCache

  constructor (options: DirectTransportOptions) {
    this.#options = options
    this.#origin = new URL(options.baseUrl).origin
    this.#tokens = new TokenCache(options.readToken, options.clock)
  }

  send (call: OutgoingCall, signal: CancelSignal | undefined): Promise<Exchange> {
    const held = this.#tokens.peek(call.connectionId)
    return held === null ? this.#sendWhenReady(call, signal) : this.#send(call, held, signal)
  }

  /** Makes Nango fetch a new token. @throws RollerError ROLLER_ERR_CREDENTIALS_REJECTED if ROLLER issues none */
  renew (connectionId: string): Promise<void> { return this.#tokens.renew(connectionId) }

  /** True while there is a token, read with verified credentials. */
  holdsVerified (connectionId: string): boolean { return this.#tokens.peek(connectionId)?.verified === true }
  /** Another replica refreshed the token. @throws RollerError if Nango does not return it yet */
  adoptRenewed (connectionId: string): Promise<void> { return this.#tokens.adoptRenewed(connectionId) }

  /** For a deleted connection. */
  forget (connectionId: string): void { this.#tokens.forget(connectionId) }

  /** Which connections changed is unknown. */
  forgetAll (): void { this.#tokens.forgetAll() }

  async #sendWhenReady (call: OutgoingCall, signal: CancelSignal | undefined): Promise<Exchange> {
    if (signal?.aborted === true) throw unsent(signal)
    return await this.#send(call, await unlessAborted(this.#tokens.get(call.connectionId), signal, unsent), signal)
  }

  async #reject (connectionId: string): Promise<never> {
    this.#tokens.forget(connectionId) // the next call reads it together with the current state
    throw new RollerError('ROLLER_ERR_VENUE_UNVERIFIED', {
      detail: 'The token belongs to credentials whose venue is not verified.', retryAfter: 1
    })
  }

  #send (call: OutgoingCall, held: HeldToken, signal: CancelSignal | undefined): Promise<Exchange> {
    if (!held.verified && call.verifying !== true) return this.#reject(call.connectionId)
    const { path, query } = call.target
    const request = new WrittenRequest(this.#origin, path + query, this.#headers(call, held.authorization), call)
    return dispatch(this.#options, request, signal, (exchange) => {
      if (exchange.status === 401) this.#tokens.reject(call.connectionId, held)
      takeOverHeaders(exchange, held.token)
    })
  }

  #headers ({ headers, body, acceptEncoding }: OutgoingCall, authorization: string): string[] {
    const out = [
      'authorization', authorization,
      'user-agent', this.#options.userAgent,
      // ROLLER's encoding is passed through, so it must be one that the caller accepts.
      'accept-encoding', acceptEncoding ?? 'identity'
    ]
    let typed = false
    for (const [name, value] of headers) {
      typed ||= name === 'content-type'
      out.push(name, value)
    }
    if (body !== null) {
      // The form of ROLLER's own documents.
      if (!typed) out.push('content-type', 'application/json; charset=UTF-8')
      if (body.kind === 'stream' && body.length !== null) out.push('content-length', String(body.length))
    }
    return out
  }
}

function takeOverHeaders (exchange: Exchange, token: string): void {
  const { headers, limits } = exchange
  if (limits !== null) {
    // Without Nango, X-RateLimit-* is ROLLER's own and not about Nango's account.
    for (const [name, value] of limits) headers[name] = value
    exchange.limits = null
  }
  for (const name in headers) {
    const value = headers[name]
    if (String(value).includes(token)) delete headers[name]
  }
}

function unsent ({ reason }: CancelSignal): ExchangeFailure { return new ExchangeFailure('aborted', false, reason) }
