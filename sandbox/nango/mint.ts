import { request } from 'undici'
import { baseUrlOf, type Context, type SimulatedIntegration } from './context.ts'
import { isDict, type Dict } from './input.ts'
import type { SimulatedConnection } from './store.ts'

export interface Minted { token: string, expiresAt: number, raw: Dict }
export type TokenInput = Pick<SimulatedConnection, 'clientId' | 'clientSecret'>

const DEFAULT_LIFE_MS = 55 * 60_000
/** The fields of an error body that Nango passes on; others may contain secrets. */
const SHOWN_FIELDS = ['message', 'error', 'error_description', 'error_message', 'detail', 'details', 'reason', 'description']
const NOT_REACHED = JSON.stringify({ name: 'Error', message: 'fetch_unknown_error' })

/** The token endpoint rejected the request, was unreachable, or is blocked: one code for all; only the payload differs. */
export class MintRejected extends Error {
  /** A JSON text, or an object if the outbound policy blocks the address. */
  readonly payload: unknown

  constructor (payload: unknown) {
    super(`The token request failed: ${JSON.stringify(payload)}`)
    this.payload = payload
  }
}

/** The token request of the roller template: JSON, exactly client_id and client_secret, no grant_type. */
export async function mint (ctx: Context, integration: SimulatedIntegration, input: TokenInput): Promise<Minted> {
  const url = `${baseUrlOf(ctx, integration)}/token`
  if (ctx.settings.tokenUrlDenied) {
    throw new MintRejected({ host: new URL(url).host, code: 'denied_ip', message: 'The outbound policy denies the address of this URL' })
  }
  const { status, body } = await post(ctx, url, { client_id: input.clientId, client_secret: input.clientSecret })
    .catch(() => { throw new MintRejected(NOT_REACHED) })
  if (status >= 300) throw new MintRejected(JSON.stringify(shown(body)))
  const raw = isDict(body) ? body : {}
  const token = raw['access_token']
  if (typeof token !== 'string' || token === '') throw new Error('no token in the response')
  return { token, expiresAt: expiryOf(raw, ctx.now()), raw }
}

/** The response is JSON according to its Content-Type, otherwise text; an unreadable one counts as an unreachable endpoint. */
async function post (ctx: Context, url: string, body: Dict): Promise<{ status: number, body: unknown }> {
  const { statusCode: status, headers, body: response } = await request(url, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), dispatcher: ctx.dispatcher
  })
  return { status, body: await (String(headers['content-type']).includes('application/json') ? response.json() : response.text()) }
}

function shown (body: unknown): Dict {
  if (typeof body === 'string' && body !== '') return { provider_error_payload: body }
  const fields = [isDict(body) ? body['error'] : {}, body].filter(isDict).flatMap((dict) =>
    SHOWN_FIELDS.filter((name) => isPrimitive(dict[name])).map((name) => [name, dict[name]] as const))
  return fields.length === 0 ? {} : { provider_error_payload: Object.fromEntries(fields) }
}

const isPrimitive = (value: unknown): boolean => value !== undefined && (typeof value !== 'object' || value === null)

function expiryOf ({ expires_in: seconds }: Dict, now: number): number {
  // 0 counts as missing.
  const life = Number(seconds ?? 0) * 1000
  return now + (Number.isFinite(life) && life !== 0 ? life : DEFAULT_LIFE_MS)
}
