import { baseUrlOf, type Context, type SimulatedIntegration } from './context.ts'
import { credentialsOf } from './connection-shape.ts'
import { NangoError, crash } from './errors.ts'
import { CONNECTION_ID, INTEGRATION_KEY, Input } from './input.ts'
import type { NangoRequest } from './server.ts'
import type { SimulatedConnection } from './store.ts'

export interface ProxyControls {
  integrationId: string
  connectionId: string
  retries: number
  /** Empty: the provider's own. */
  baseUrl: string
}

const PREFIX = 'nango-proxy-'
const JSON_TYPE = 'application/json'
const FORM_TYPE = 'application/x-www-form-urlencoded'
const BODY_METHODS = ['POST', 'PUT', 'PATCH', 'DELETE']
// The HTTP client sets the framing itself and would reject these.
const FRAMING = ['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade', 'expect']

export function readControls ({ headers }: NangoRequest): ProxyControls {
  const input = new Input(headers)
  const integrationId = input.text('provider-config-key', INTEGRATION_KEY)
  const connectionId = input.text('connection-id', CONNECTION_ID)
  const retries = Number(headers['retries'] ?? 0)
  if (Number.isNaN(retries)) input.fail(['retries'], 'Expected a number', 'invalid_type')
  const baseUrl = input.optionalText('base-url-override') ?? ''
  if (baseUrl !== '' && !URL.canParse(baseUrl)) input.fail(['base-url-override'], 'Not a URL', 'invalid_format')
  input.done('invalid_headers')
  return { integrationId, connectionId, retries, baseUrl }
}

/**
 * Nango's target URL: the raw text after /proxy, appended to the provider's base URL. Three traps are real: a `${…}` is filled in from the
 * connection, secrets included; dot segments are resolved, so they may leave a base path; and the word connectionConfig is rewritten.
 */
export function upstreamUrl (ctx: Context, { originalUrl }: NangoRequest, { baseUrl }: ProxyControls, integration: SimulatedIntegration,
  connection: SimulatedConnection): URL {
  if (!isDecodable(originalUrl.split('?', 1)[0] ?? '')) throw crash()
  const provider = baseUrlOf(ctx, integration)
  const base = baseUrl === '' ? provider : baseUrl.replace(/\/+$/, '')
  const endpoint = originalUrl.slice('/proxy'.length).replace(provider, '').replaceAll('connectionConfig', 'connection_config')
  const written = base + (/^[/?]/.test(endpoint) || endpoint === '' ? '' : '/') + endpoint.replace(/^\/+(?=\/)/, '')
  const url = interpolate(written, connection)
  if (!URL.canParse(url)) throw new NangoError(400, 'invalid_query_params', { message: 'Not a URL that can be called' })
  return new URL(url)
}

function isDecodable (path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

function interpolate (url: string, connection: SimulatedConnection): string {
  if (!url.includes('${')) return url
  const { connectionId, integrationId, connectionConfig, metadata } = connection
  const credentials = credentialsOf(connection)
  const known = {
    ...credentials,
    credentials,
    connection_id: connectionId,
    provider_config_key: integrationId,
    connection_config: connectionConfig,
    metadata
  }
  const fill = (text: string): string => text.replace(/\$\{([^{}]*)\}/g, (whole, path: string) => {
    const value = path.trim().split('.').reduce<unknown>((one, key) => own(one, key), known)
    return typeof value === 'string' || typeof value === 'number' ? String(value) : whole
  })
  // `a || b` means b if a cannot be filled in.
  const [first = '', second] = url.split('||').map(fill)
  return second === undefined ? first : (first.includes('${') ? second : first).trim()
}

const own = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined

/** Forwards only prefixed headers, applied last: a Nango-Proxy-Authorization replaces the token. */
export function upstreamHeaders (request: NangoRequest, { token }: SimulatedConnection): Record<string, string> {
  const headers: Record<string, string> = {
    accept: 'application/json, text/plain, */*',
    'accept-encoding': 'gzip, compress, deflate, br',
    'user-agent': 'axios/1.18.0',
    authorization: `Bearer ${token}`
  }
  for (const [name, value] of Object.entries(request.headers)) {
    const bare = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : ''
    if (bare !== '' && !FRAMING.includes(bare) && value !== undefined) headers[bare] = String(value)
  }
  return headers
}

/**
 * The body, depending on the incoming Content-Type: JSON is parsed and serialized again, which changes 9007199254740993 and 1.0; any other
 * type is forwarded byte for byte; without a type the body is dropped. Sets the upstream Content-Type.
 */
export function upstreamBody ({ method, mediaType, body }: NangoRequest, headers: Record<string, string>): Buffer | null {
  if (!BODY_METHODS.includes(method)) return null
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
  switch (mediaType) {
    case JSON_TYPE:
      headers['content-type'] ??= JSON_TYPE
      return Buffer.from(JSON.stringify(body))
    case FORM_TYPE: {
      const form = new URLSearchParams(bytes.toString('utf8'))
      headers['content-type'] ??= JSON_TYPE
      return Buffer.from(headers['content-type'].startsWith(FORM_TYPE) ? form.toString() : JSON.stringify(Object.fromEntries(form)))
    }
    case undefined:
      if (method !== 'DELETE') headers['content-type'] ??= FORM_TYPE
      return null
    default:
      headers['content-type'] ??= FORM_TYPE
      return bytes
  }
}
