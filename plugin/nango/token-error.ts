/**
 * Why Nango got no token from ROLLER. Nango's code is always the same, and no field has the status of ROLLER's response: only the payload
 * differs. The connect page serves the compiled form of this file to browsers (connect-page/assets.ts): no imports, and nothing of Node's.
 */

/**
 * - `rejected`: ROLLER rejects the Client ID and Client Secret
 * - `unavailable`: ROLLER responded with a temporary error
 * - `unreachable`: no response arrived
 * - `blocked`: Nango's policy for outgoing requests forbids the address
 * - `unclear`: ROLLER issued no token, and the payload has no reason
 */
export type TokenFailure = 'rejected' | 'unavailable' | 'unreachable' | 'blocked' | 'unclear'

/** ROLLER's messages, as regular expressions. The first match decides. HTML comes from a proxy: ROLLER returns JSON only. */
const TOKEN_FAILURE_TEXTS = [
  ['unavailable', '^\\s*<|too many|rate.?limit|quota|cooling|temporar|unavailable|time[d -]*out|overload|maintenance|internal|' +
    'server error|gateway'],
  ['rejected', 'credential|client.?(id|secret)|invalid_(client|grant)|unauthori[sz]ed|not authori[sz]ed|denied|forbidden|suspended']
] as const satisfies readonly (readonly [TokenFailure, string])[]

/** The policy rejects with one of several codes; this is the only network error. */
const DNS_FAILED = 'dns_resolution_failed'

const texts = TOKEN_FAILURE_TEXTS.map(([failure, text]) => [failure, new RegExp(text, 'i')] as const)

/** @param payload `error.payload` of Nango's `client_credentials_fetch_error` */
export function readTokenFailure (payload: unknown): TokenFailure {
  // Instead of a message: the request was never sent.
  if (typeof payload === 'object' && payload !== null) {
    if (!('host' in payload) || !('code' in payload)) return 'unclear'
    return payload.code === DNS_FAILED ? 'unreachable' : 'blocked'
  }
  const parsed = parse(payload)
  if (parsed === null) return 'unclear'
  // An error of Nango's fetch has a name; a response of ROLLER is in a field of its own.
  if (parsed.provider_error_payload === undefined && typeof parsed.name === 'string') return 'unreachable'
  const text = textOf(parsed.provider_error_payload ?? parsed)
  return texts.find(([, expression]) => expression.test(text))?.[0] ?? 'unclear'
}

function parse (payload: unknown): Record<string, unknown> | null {
  if (typeof payload !== 'string') return null
  try {
    const value: unknown = JSON.parse(payload)
    return typeof value === 'object' && value !== null ? value as Record<string, unknown> : null // JSON has no other objects
  } catch {
    return null
  }
}

function textOf (parsed: unknown): string {
  const values = typeof parsed === 'object' && parsed !== null ? Object.values(parsed) : [parsed]
  return values.filter((value) => typeof value === 'string').join('\n').slice(0, 2_000)
}
