/**
 * The control plane's client for Nango: the SDK plus what it lacks: a time limit, encoded ids, and errors without secrets. The SDK's own
 * errors contain the request with its Authorization header, so none of them is thrown out of this file.
 */
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Nango } from '@nangohq/node'
import { isRollerError, RollerError, type InputFault } from '../errors.ts'
import type { FindProxy } from '../util/proxy.ts'
import { accountWaitSeconds } from '../util/retry-after.ts'
import { ClientIds } from './entry.ts'
import { isRecord } from '../util/is-record.ts'
import { pointerSegment } from '../util/json.ts'
import { keyNotChecked, tooLargeForNango } from './own-errors.ts'

export interface NangoClientOptions {
  readonly host: string
  /** The address of the same API for browsers, where it differs from `host`. */
  readonly publicHost?: string | undefined
  /** The address of Nango's Connect UI for browsers. Default for Nango Cloud: its public address. */
  readonly connectUrl?: string | undefined
  readonly secretKey: string
  readonly integrationId: string
  /** Timeout of one call in milliseconds. */
  readonly timeoutMs: number
  readonly userAgent: string
  readonly findProxy: FindProxy
}

const CLOUD_HOST = 'https://api.nango.dev'
/** For a response of the proxy itself. */
const PROXY_HINT = 'The operator must check the proxy, and its user and password (HTTPS_PROXY, option proxy).'
const CLOUD_CONNECT_URL = 'https://connect.nango.dev'

/** An error response of Nango, reduced to what may leave this file. */
export interface NangoErrorResponse {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly errors: readonly { readonly path?: readonly (string | number)[], readonly message?: string }[]
  readonly payload: unknown
  /** Seconds, at most 60. */
  readonly retryAfter: number
}

/** Maps an error response where the general rule does not fit. Return undefined to apply the general rule. */
export type Explain = (errorResponse: NangoErrorResponse) => RollerError | undefined

/** Upper bound of a response in bytes. A page of the list of connections has some hundred KB. */
const MAX_RESPONSE = 32 * 1024 * 1024

export class NangoClient {
  readonly integrationId: string
  /** The integration id, encoded: the SDK builds URLs by concatenation. */
  readonly encodedIntegrationId: string
  readonly host: string
  readonly publicHost: string
  /** Null if unknown. */
  readonly connectUrl: string | null
  readonly clientIds: ClientIds
  readonly #options: NangoClientOptions
  #sdk: Promise<Nango> | undefined
  // Own agents: those of Node.js and of the SDK are shared by the whole process and cannot be closed with the app.
  readonly #httpAgent = new HttpAgent({ keepAlive: true })
  readonly #httpsAgent = new HttpsAgent({ keepAlive: true })

  constructor (options: NangoClientOptions) {
    this.integrationId = options.integrationId
    this.encodedIntegrationId = encodeURIComponent(options.integrationId)
    this.host = options.host.replace(/\/+$/, '')
    this.publicHost = options.publicHost?.replace(/\/+$/, '') ?? this.host
    this.connectUrl = options.connectUrl ?? (this.isCloud ? CLOUD_CONNECT_URL : null)
    this.clientIds = new ClientIds(options.secretKey, options.integrationId)
    this.#options = options
  }

  get isCloud (): boolean { return this.host === CLOUD_HOST }

  /** Closes the idle keep-alive connections. */
  close (): void {
    this.#httpAgent.destroy()
    this.#httpsAgent.destroy()
  }

  /**
   * Runs one call of the SDK.
   * @throws RollerError for every failure
   * @internal as `probe` of KeyScope
   */
  async call<T> (use: (sdk: Nango) => Promise<T>, explain?: Explain): Promise<T> {
    try {
      this.#sdk ??= this.#load()
      return await use(await this.#sdk)
    } catch (error) {
      if (isRollerError(error)) throw error
      const errorResponse = asErrorResponse(error)
      if (errorResponse === null) throw asNetworkError(error)
      throw explain?.(errorResponse) ?? generalRule(errorResponse)
    }
  }

  /** The SDK, loaded by the first call: it takes long to load, and a start needs nothing of it. */
  async #load (): Promise<Nango> {
    const { Nango } = await import('@nangohq/node')
    const { secretKey, timeoutMs, userAgent, findProxy } = this.#options
    const proxy = findProxy(this.host)
    return new Nango({ apiKey: secretKey, host: this.host }, {
      userAgent,
      interceptors: {
        request: (config) => {
          // Not the timeout option of axios, which limits idle time only: a response that arrives byte by byte would never time out.
          config.signal = AbortSignal.timeout(timeoutMs)
          config.httpAgent = this.#httpAgent
          config.httpsAgent = this.#httpsAgent
          config.proxy = proxy === null ? false : axiosProxy(proxy) // left out, axios reads the environment
          config.maxRedirects = 0 // a redirect would carry the key elsewhere
          config.maxContentLength = MAX_RESPONSE
          return config
        },
        response: {
          onFulfilled: (response) => {
            // Nango's API returns JSON or an empty body. A 200 with HTML comes from something else at Nango's address.
            if (typeof response.data === 'string' && response.data !== '') throw notNango(response.status)
            return response
          }
        }
      }
    })
  }
}

function axiosProxy ({ protocol, hostname, port, username, password }: URL) {
  const auth = username === '' ? {} : { auth: { username: decodeURIComponent(username), password: decodeURIComponent(password) } }
  return { protocol, host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (protocol === 'https:' ? 443 : 80), ...auth }
}

interface AxiosLike {
  readonly isAxiosError?: unknown
  readonly code?: unknown
  readonly response?: { readonly status: number, readonly data?: unknown, readonly headers?: Readonly<Record<string, unknown>> }
}

function asErrorResponse (thrown: unknown): NangoErrorResponse | null {
  const response = (thrown as AxiosLike | null)?.response // the error shape of axios, checked field by field
  if (response === undefined) return null
  const error = isRecord(response.data) && isRecord(response.data.error) ? response.data.error : {}
  return {
    status: response.status,
    code: typeof error.code === 'string' ? error.code : '',
    message: typeof error.message === 'string' ? error.message : '',
    errors: Array.isArray(error.errors) ? error.errors : [],
    payload: error.payload,
    retryAfter: accountWaitSeconds(response.headers?.['retry-after'], response.headers?.['x-ratelimit-reset'])
  }
}

function asNetworkError (thrown: unknown): RollerError {
  const code = (thrown as AxiosLike | null)?.code
  const name = typeof code === 'string' ? code : 'unknown error'
  return code === 'ERR_CANCELED'
    ? new RollerError('ROLLER_ERR_TIMEOUT', { detail: 'Nango did not respond in time.' })
    : new RollerError('ROLLER_ERR_UNREACHABLE', { detail: `Nango could not be reached (${name}).` })
}

function notNango (status: number): RollerError {
  return new RollerError('ROLLER_ERR_UNREACHABLE', {
    detail: `The server at NANGO_HOST is not Nango's API (${status} without JSON).`,
    hint: 'The operator must set NANGO_HOST to the address of Nango\'s API, not of its dashboard.',
    upstream: { status }
  })
}

/** Never contains Nango's own message, which may include a connection object or a provider's response. */
function generalRule ({ status, code, errors, retryAfter }: NangoErrorResponse): RollerError {
  const upstream = { status, body: { error: { code } } }
  switch (code) {
    case 'too_many_request':
    case 'plan_limit':
      return new RollerError('ROLLER_ERR_NANGO_LIMIT', { upstream, retryAfter })
    case 'resource_capped':
      return new RollerError('ROLLER_ERR_NANGO_LIMIT', { detail: 'The Nango plan allows no further connection.', upstream, retryAfter: 60 })
    case 'invalid_body':
    case 'invalid_query_params':
    case 'invalid_uri_params':
      return new RollerError('ROLLER_ERR_VALIDATION', { detail: 'Nango rejected the values.', errors: faults(errors), upstream })
    case 'not_found':
    case 'unknown_connection':
      return new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN', { upstream })
    case 'forbidden':
      return new RollerError('ROLLER_ERR_NANGO_REJECTED', { detail: 'Nango returned 403: the secret key lacks a scope.', upstream })
    case 'unknown_provider_config':
      return new RollerError('ROLLER_ERR_NANGO_REJECTED', {
        detail: 'The integration of this gateway does not exist in Nango.', upstream
      })
    case 'malformed_auth_header':
      return keyNotChecked(upstream)
    case 'request_too_large':
      return tooLargeForNango(upstream)
  }
  if (status === 401) {
    return new RollerError('ROLLER_ERR_NANGO_REJECTED', { detail: 'Nango rejects the secret key of this gateway.', upstream })
  }
  if (status === 407) {
    return new RollerError('ROLLER_ERR_UNREACHABLE', { detail: 'The proxy in front of Nango answered 407.', hint: PROXY_HINT })
  }
  if (status >= 500 || code === '') {
    return new RollerError('ROLLER_ERR_UNREACHABLE', { detail: `Nango returned ${status}.`, upstream: { status } })
  }
  return new RollerError('ROLLER_ERR_NANGO_REJECTED', { detail: `Nango rejected the call (${status} ${code}).`, upstream })
}

function faults (errors: NangoErrorResponse['errors']): InputFault[] {
  return errors.map(({ path = [], message = 'is not valid' }) => ({
    pointer: '/body' + path.map(pointerSegment).join(''),
    detail: message
  }))
}
