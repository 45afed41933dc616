/**
 * Calls through Nango's `/proxy`, which adds the venue's token. Nango's own retries stay off: they would repeat a POST that may have been
 * executed, and run into ROLLER's cooling-off.
 */
import type { CancelSignal } from '../../util/cancellation.ts'
import { dispatch, WrittenRequest, type DispatchParts } from './dispatch.ts'
import type { Exchange } from './exchange.ts'
import type { OutgoingCall, Transport } from './transport.ts'

export interface NangoTransportOptions extends DispatchParts {
  readonly host: string
  readonly secretKey: string
  readonly integrationId: string
  readonly userAgent: string
}

export class NangoTransport implements Transport {
  readonly name = 'nango'
  readonly #options: NangoTransportOptions
  readonly #origin: string
  readonly #basePath: string
  readonly #ownHeaders: readonly string[]

  constructor (options: NangoTransportOptions) {
    const host = new URL(options.host)
    this.#options = options
    this.#origin = host.origin
    this.#basePath = host.pathname.replace(/\/+$/, '') + '/proxy'
    this.#ownHeaders = [
      'authorization', `Bearer ${options.secretKey}`,
      'provider-config-key', options.integrationId,
      'retries', '0',
      'nango-proxy-user-agent', options.userAgent
    ]
  }

  send (call: OutgoingCall, signal: CancelSignal | undefined): Promise<Exchange> {
    const exchange = this.#dispatch(call, signal)
    return call.soleSuccess === undefined ? exchange : withDocumentedStatus(exchange, call.soleSuccess)
  }

  #dispatch (call: OutgoingCall, signal: CancelSignal | undefined): Promise<Exchange> {
    const path = this.#basePath + escapeForNango(call.target.path) + escapeForNango(call.target.query)
    return dispatch(this.#options, new WrittenRequest(this.#origin, path, this.#headers(call), call), signal)
  }

  #headers (call: OutgoingCall): string[] {
    const headers = [...this.#ownHeaders, 'connection-id', call.connectionId]
    let contentType: string | null = null
    for (const [name, value] of call.headers) {
      if (name === 'content-type') contentType = value
      headers.push(`nango-proxy-${name}`, value)
    }
    if (call.body !== null) {
      // Nango parses and serializes a JSON body (9007199254740993 would arrive as …992) and drops one without a type. Bytes are
      // forwarded unchanged.
      headers.push('content-type', 'application/octet-stream')
      if (contentType === null) headers.push('nango-proxy-content-type', 'application/json')
      if (call.body.kind === 'stream' && call.body.length !== null) headers.push('content-length', String(call.body.length))
    }
    return headers
  }
}

/** Nango returns 200 instead of every buffered success except 204, so a 200 that ROLLER does not document replaces another status. */
async function withDocumentedStatus (answered: Promise<Exchange>, status: number): Promise<Exchange> {
  const exchange = await answered
  if (exchange.status === 200) exchange.status = status
  return exchange
}

/**
 * Nango removes the provider's base URL from the path and query, and renames the word `connectionConfig` in it. Percent-encoding one
 * character of each preserves the caller's text.
 */
function escapeForNango (text: string): string {
  if (text.length < 8) return text
  return text.replace(/:(?=\/\/)/g, '%3A').replace(/connectionC(?=onfig)/g, 'connection%43')
}
