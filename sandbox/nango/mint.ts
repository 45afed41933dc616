import { request } from 'undici'
import type { Dispatcher } from 'undici'
import { isDict } from './check.ts'
import type { Dict } from './check.ts'
import { baseUrlOf } from './context.ts'
import type { Context, SimulatedIntegration } from './context.ts'

export interface Minted { token: string, expiresAt: number, raw: Record<string, unknown> }
export interface TokenInput { clientId: string, clientSecret: string, connectionConfig: Record<string, unknown> }

const DEFAULT_LIFE_MS = 55 * 60_000
/** The fields of an error body that Nango passes on; the rest could hold secrets. */
const SHOWN_FIELDS = ['message', 'error', 'error_description', 'error_message', 'detail', 'details', 'reason', 'description']
const NOT_REACHED = JSON.stringify({ name: 'Error', message: 'fetch_unknown_error' })

/** The token endpoint refused, was not reached, or may not be called: one code, and only the payload tells them apart. */
export class MintRefused extends Error {
  /** A JSON text, or an object when the outbound policy is in the way. */
  readonly payload: unknown

  constructor (payload: unknown) {
    super(`The token request failed: ${JSON.stringify(payload)}`)
    this.payload = payload
  }
}

/** The token endpoint answered well, but with nothing that Nango knows as a token. */
export class MintUnreadable extends Error {}

/** The request of the roller template: JSON, exactly client_id and client_secret, no grant_type. */
export async function mint (ctx: Context, integration: SimulatedIntegration, input: TokenInput): Promise<Minted> {
  const url = `${baseUrlOf(ctx, integration)}/token`
  if (ctx.settings.tokenUrlDenied) {
    throw new MintRefused({ host: new URL(url).host, code: 'denied_ip', message: 'The outbound policy denies the address of this URL' })
  }
  const extra = isDict(input.connectionConfig['authorization_params']) ? input.connectionConfig['authorization_params'] : {}
  const answer = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_id: input.clientId, client_secret: input.clientSecret, ...extra }),
    dispatcher: ctx.agent
  }).catch(() => { throw new MintRefused(NOT_REACHED) })
  const body = await bodyOf(answer)
  if (answer.statusCode >= 300) throw new MintRefused(JSON.stringify(shown(body)))
  const raw = isDict(body) ? body : {}
  const data = isDict(raw['data']) ? raw['data'] : {}
  const token = [raw['access_token'], data['token'], raw['jwt']].find((one) => typeof one === 'string' && one !== '')
  if (typeof token !== 'string') throw new MintUnreadable('no token in the answer')
  return { token, expiresAt: expiryOf(raw, ctx.now()), raw }
}

/** JSON by its Content-Type, text otherwise; a body that cannot be read counts as an endpoint that was not reached. */
async function bodyOf (answer: Dispatcher.ResponseData): Promise<unknown> {
  try {
    const text = await answer.body.text()
    return String(answer.headers['content-type'] ?? '').includes('application/json') ? JSON.parse(text) : text
  } catch {
    throw new MintRefused(NOT_REACHED)
  }
}

function shown (body: unknown): Dict {
  if (typeof body === 'string') return body === '' ? {} : { provider_error_payload: body }
  if (!isDict(body)) return {}
  const nested = isDict(body['error']) ? body['error'] : {}
  const fields = [nested, body].flatMap((dict) =>
    SHOWN_FIELDS.filter((name) => isPrimitive(dict[name])).map((name) => [name, dict[name]] as const))
  return fields.length === 0 ? {} : { provider_error_payload: Object.fromEntries(fields) }
}

const isPrimitive = (value: unknown): boolean => value !== undefined && (typeof value !== 'object' || value === null)

function expiryOf (raw: Dict, now: number): number {
  const at = raw['expires_at']
  if (typeof at === 'string' && !Number.isNaN(Date.parse(at))) return Date.parse(at)
  const seconds = Number(raw['expires_in'])
  return now + (raw['expires_in'] !== undefined && Number.isFinite(seconds) ? seconds * 1000 : DEFAULT_LIFE_MS)
}
