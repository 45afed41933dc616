/**
 * The control plane's door to Nango: the SDK, with what it lacks: a time limit, encoded ids, and errors that hold no secret. The SDK's own
 * errors carry the request with its Authorization header, so none of them leaves this file.
 */
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { Nango } from '@nangohq/node'
import { isRollerError, RollerError, type InputFault } from '../errors.ts'
import { accountWaitSeconds } from '../util/retry-after.ts'
import { ClientIds } from './entry.ts'
import { isRecord } from '../util/is-record.ts'
import { keyNotChecked, tooLargeForNango } from './own-errors.ts'

export { isRecord }

export interface NangoClientOptions {
  readonly host: string
  /** The same API as browsers reach it, where that is another address. */
  readonly publicHost?: string | undefined
  /** Nango's Connect UI as browsers reach it. Nango Cloud's is known. */
  readonly connectUrl?: string | undefined
  readonly secretKey: string
  readonly integrationId: string
  /** Milliseconds for one call. */
  readonly timeoutMs: number
  readonly userAgent: string
}

const CLOUD_HOST = 'https://api.nango.dev'
const CLOUD_CONNECT_URL = 'https://connect.nango.dev'

/** A refusal of Nango, as far as it may be known outside this file. */
export interface NangoRefusal {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly errors: readonly { readonly path?: readonly (string | number)[], readonly message?: string }[]
  readonly payload: unknown
  /** Seconds, a minute at most. */
  readonly retryAfter: number
}

/** Says what a refusal means where the general rule does not fit. Return undefined to leave it to the rule. */
export type Explain = (refusal: NangoRefusal) => RollerError | undefined

/** A page of the list of connections has some hundred KB. Bytes. */
const MAX_ANSWER = 32 * 1024 * 1024

export class NangoClient {
  readonly integrationId: string
  /** The integration id, safe to stand in a URL that the SDK puts together by concatenation. */
  readonly encodedIntegrationId: string
  readonly host: string
  readonly publicHost: string
  /** Null where it is not known. */
  readonly connectUrl: string | null
  readonly clientIds: ClientIds
  readonly #sdk: Nango
  // Our own: those of Node and of the SDK belong to the whole process, and could not be closed with the app.
  readonly #httpAgent = new HttpAgent({ keepAlive: true })
  readonly #httpsAgent = new HttpsAgent({ keepAlive: true })

  constructor (options: NangoClientOptions) {
    this.integrationId = options.integrationId
    this.encodedIntegrationId = encodeURIComponent(options.integrationId)
    this.host = options.host.replace(/\/+$/, '')
    this.publicHost = options.publicHost?.replace(/\/+$/, '') ?? this.host
    this.connectUrl = options.connectUrl ?? (this.isCloud ? CLOUD_CONNECT_URL : null)
    this.clientIds = new ClientIds(options.secretKey, options.integrationId)
    this.#sdk = new Nango({ apiKey: options.secretKey, host: this.host }, {
      userAgent: options.userAgent,
      interceptors: {
        request: (config) => {
          // Not axios' own timeout, which is one of silence: an answer that trickles in would never end.
          config.signal = AbortSignal.timeout(options.timeoutMs)
          config.httpAgent = this.#httpAgent
          config.httpsAgent = this.#httpsAgent
          config.maxRedirects = 0 // a redirect would carry the key elsewhere
          config.maxContentLength = MAX_ANSWER
          return config
        },
        response: {
          onFulfilled: (answer) => {
            // All of Nango's API speaks JSON, or says nothing. A page that says 200 is something else at Nango's address.
            if (typeof answer.data === 'string' && answer.data !== '') throw notNango(answer.status)
            return answer
          }
        }
      }
    })
  }

  get isCloud (): boolean { return this.host === CLOUD_HOST }

  /** Closes the connections that are kept for further calls. */
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
      return await use(this.#sdk)
    } catch (error) {
      if (isRollerError(error)) throw error
      const refusal = asRefusal(error)
      if (refusal === null) throw asNetworkError(error)
      throw explain?.(refusal) ?? generalRule(refusal)
    }
  }
}

interface AxiosLike {
  readonly isAxiosError?: unknown
  readonly code?: unknown
  readonly response?: { readonly status: number, readonly data?: unknown, readonly headers?: Readonly<Record<string, unknown>> }
}

function asRefusal (thrown: unknown): NangoRefusal | null {
  const response = (thrown as AxiosLike | null)?.response // axios' own shape, looked at with care
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
  return code === 'ERR_CANCELED' || code === 'ETIMEDOUT'
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

/** Never Nango's own message: it may dump a connection or quote a provider. */
function generalRule ({ status, code, errors, retryAfter }: NangoRefusal): RollerError {
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
      return new RollerError('ROLLER_ERR_NANGO_REJECTED', { detail: 'Nango answered 403: the secret key lacks a scope.', upstream })
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
  if (status >= 500 || code === '') {
    return new RollerError('ROLLER_ERR_UNREACHABLE', { detail: `Nango answered ${status}.`, upstream: { status } })
  }
  return new RollerError('ROLLER_ERR_NANGO_REJECTED', { detail: `Nango rejected the call (${status} ${code}).`, upstream })
}

function faults (errors: NangoRefusal['errors']): InputFault[] {
  return errors.map(({ path = [], message = 'is not valid' }) => ({
    pointer: '/body' + path.map((part) => '/' + String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join(''),
    detail: message
  }))
}
