import { baseUrlOf } from './context.ts'
import type { Context, SimulatedIntegration } from './context.ts'
import { Check } from './check.ts'
import { NangoError } from './errors.ts'
import type { Call } from './http.ts'
import type { SimulatedConnection } from './store.ts'

export interface ProxyControls {
  integrationId: string
  connectionId: string
  retries: number
  retryOn: number[]
  baseUrl: string | null
  keepHeadersOnRedirect: boolean
}

const PREFIX = 'nango-proxy-'
const BODY_METHODS = ['POST', 'PUT', 'PATCH', 'DELETE']
// The HTTP client frames the request itself and would refuse these.
const FRAMING = ['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade', 'expect']

const header = (call: Call, name: string): string | undefined => {
  const value = call.headers[name]
  return Array.isArray(value) ? value[0] : value
}

export function readControls (call: Call): ProxyControls {
  const check = new Check()
  const integrationId = check.integrationKey(header(call, 'provider-config-key'), ['provider-config-key'])
  const connectionId = check.connectionId(header(call, 'connection-id'), ['connection-id'])
  const retries = Number(header(call, 'retries') ?? 0)
  if (Number.isNaN(retries)) check.fail(['retries'], 'Expected a number', 'invalid_type')
  const retryOn = check.optionalText(header(call, 'retry-on'), ['retry-on'], { pattern: /^\d+(,\d+)*$/ })
  const override = header(call, 'base-url-override') ?? ''
  if (override !== '' && !URL.canParse(override)) check.fail(['base-url-override'], 'Not a URL', 'invalid_format')
  check.flag(header(call, 'decompress') ?? null, ['decompress'])
  const keepHeadersOnRedirect = check.flag(header(call, 'forward-headers-on-redirect') ?? null, ['forward-headers-on-redirect'])
  check.done('invalid_headers')
  return {
    integrationId,
    connectionId,
    retries,
    retryOn: retryOn === undefined ? [] : retryOn.split(',').map(Number),
    baseUrl: override === '' ? null : override,
    keepHeadersOnRedirect
  }
}

/**
 * The URL that Nango calls: what follows /proxy, as it was written, behind the provider's base URL. Three traps are real: a
 * `${…}` is filled in from the connection, secrets included; dot segments resolve, so that they may climb out of a base path;
 * and the word connectionConfig is rewritten.
 */
export function upstreamUrl (ctx: Context, call: Call, controls: ProxyControls, integration: SimulatedIntegration,
  connection: SimulatedConnection): URL {
  const provider = baseUrlOf(ctx, integration)
  const base = (controls.baseUrl ?? provider).replace(/\/+$/, '')
  const endpoint = call.url.slice('/proxy'.length).replace(provider, '').replaceAll('connectionConfig', 'connection_config')
  const written = base + (/^[/?]/.test(endpoint) || endpoint === '' ? '' : '/') + endpoint.replace(/^\/+(?=\/)/, '')
  const url = interpolate(written, connection)
  if (!URL.canParse(url)) throw new NangoError(400, 'invalid_query_params', { message: 'Not a URL that can be called' })
  return new URL(url)
}

function interpolate (url: string, connection: SimulatedConnection): string {
  if (!url.includes('${')) return url
  const credentials = {
    type: 'OAUTH2_CC', token: connection.token, client_id: connection.clientId, client_secret: connection.clientSecret, raw: connection.raw
  }
  const known = {
    ...credentials,
    credentials,
    connection_id: connection.connectionId,
    provider_config_key: connection.integrationId,
    connection_config: connection.connectionConfig,
    metadata: connection.metadata
  }
  const fill = (text: string): string => text.replace(/\$\{([^{}]*)\}/g, (whole, path: string) => {
    const value = path.trim().split('.').reduce<unknown>((one, key) => own(one, key), known)
    return typeof value === 'string' || typeof value === 'number' ? String(value) : whole
  })
  // `a || b` means: b where a cannot be filled in.
  const [first = '', second] = url.split('||').map(fill)
  return second === undefined ? first : (first.includes('${') ? second : first).trim()
}

const own = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined

/** Only prefixed headers go up, and they go last: a Nango-Proxy-Authorization takes the place of the token. */
export function upstreamHeaders (call: Call, connection: SimulatedConnection): Record<string, string> {
  const headers: Record<string, string> = {
    accept: 'application/json, text/plain, */*',
    'accept-encoding': 'gzip, compress, deflate, br',
    'user-agent': 'axios/1.18.0',
    authorization: `Bearer ${connection.token}`
  }
  for (const [name, value] of Object.entries(call.headers)) {
    const bare = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : ''
    if (bare !== '' && !FRAMING.includes(bare) && value !== undefined) headers[bare] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}

/**
 * The body as the incoming Content-Type decides: JSON is parsed and written anew, so 9007199254740993 and 1.0 come out changed;
 * any other type goes up byte for byte; without a type the body is dropped. Sets the upstream Content-Type.
 */
export function upstreamBody (call: Call, headers: Record<string, string>): Buffer | null {
  if (!BODY_METHODS.includes(call.method)) return null
  const wanted = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  switch (call.contentType) {
    case 'application/json':
      headers['content-type'] ??= 'application/json'
      return Buffer.from(JSON.stringify(call.json))
    case 'application/x-www-form-urlencoded': {
      const form = new URLSearchParams(call.body.toString('utf8'))
      headers['content-type'] ??= 'application/json'
      return Buffer.from(wanted === 'application/x-www-form-urlencoded' ? form.toString() : JSON.stringify(Object.fromEntries(form)))
    }
    case 'multipart/form-data':
      // Nango takes a form apart and rebuilds it; the parts are the same, so the simulator passes them on as they are.
      if (headers['content-type'] === 'multipart/form-data') {
        headers['content-type'] = call.headers['content-type'] ?? ''
        return call.body
      }
      headers['content-type'] ??= 'application/json'
      return Buffer.from('{}')
    case '':
      if (call.method !== 'DELETE') headers['content-type'] ??= 'application/x-www-form-urlencoded'
      return null
    default:
      headers['content-type'] ??= 'application/x-www-form-urlencoded'
      return call.body
  }
}
