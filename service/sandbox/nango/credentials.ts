import { randomUUID } from 'node:crypto'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { request } from 'undici'
import { isDict } from './check.ts'
import { baseUrlOf, findIntegration } from './context.ts'
import type { Context, SimulatedIntegration } from './context.ts'
import type { SimulatedConnection } from './store.ts'
import { sendAuthWebhook } from './webhooks.ts'

export interface Minted { token: string, expiresAt: number, raw: Record<string, unknown> }
interface TokenInput { clientId: string, clientSecret: string, extra?: Record<string, unknown> }

const DEFAULT_LIFE_MS = 55 * 60_000
const MARGIN_MS = 15 * 60_000
const BACKOFF_MS = 30_000
const DAY_MS = 86_400_000
const FAILING_DAYS = 4

/** The token endpoint refused, or could not be reached: Nango gives both the same code. */
export class MintRefused extends Error {
  /** What the token endpoint said. */
  readonly detail: string

  constructor (detail: string) {
    super(`Could not fetch a token with these client credentials: ${detail}`)
    this.detail = detail
  }
}

/** The token endpoint answered well, but with nothing that Nango knows as a token. */
export class MintUnreadable extends Error {}

export type RefreshTrouble = 'refused' | 'backoff' | 'exhausted'
export class RefreshFailed extends Error {
  readonly trouble: RefreshTrouble

  constructor (trouble: RefreshTrouble) {
    super(`refresh ${trouble}`)
    this.trouble = trouble
  }
}

/** The request of the roller template: JSON, exactly client_id and client_secret, no grant_type. */
export async function mint (ctx: Context, integration: SimulatedIntegration, input: TokenInput): Promise<Minted> {
  const answer = await request(`${baseUrlOf(ctx, integration)}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_id: input.clientId, client_secret: input.clientSecret, ...input.extra }),
    dispatcher: ctx.agent
  }).catch((error: unknown) => {
    throw new MintRefused(error instanceof Error ? error.message : String(error))
  })
  const text = await answer.body.text().catch(() => '')
  if (answer.statusCode >= 300) throw new MintRefused(text)
  const isJson = /json/i.test(String(answer.headers['content-type'] ?? ''))
  const raw = isJson ? parse(text) : {}
  const data = isDict(raw['data']) ? raw['data'] : {}
  const token = [raw['access_token'], data['token'], raw['jwt']].find((one) => typeof one === 'string' && one !== '')
  if (typeof token !== 'string') throw new MintUnreadable('no token in the answer')
  return { token, expiresAt: expiryOf(raw, ctx.now()), raw }
}

function parse (text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return isDict(value) ? value : {}
  } catch {
    return {}
  }
}

function expiryOf (raw: Record<string, unknown>, now: number): number {
  const at = raw['expires_at']
  if (typeof at === 'string' && !Number.isNaN(Date.parse(at))) return Date.parse(at)
  const seconds = Number(raw['expires_in'])
  return now + (raw['expires_in'] !== undefined && Number.isFinite(seconds) ? seconds * 1000 : DEFAULT_LIFE_MS)
}

/**
 * What Nango does before it uses a connection. A failure within the last 30 s fails at once, even when the token at hand is
 * still good; forcing goes past that. A call that arrives while another one's check is under way joins it, forced or not: a forced
 * refresh may get the token that was there before, and ROLLER is asked for none. A refused refresh is noted by each call that joined.
 */
export async function ensureFresh (ctx: Context, connection: SimulatedConnection, force = false): Promise<void> {
  const now = ctx.now()
  connection.lastFetchedAt = now
  if (!force) {
    if (connection.failingDays >= FAILING_DAYS) throw new RefreshFailed('exhausted')
    if (connection.lastRefreshFailure !== null && now - connection.lastRefreshFailure < BACKOFF_MS) throw new RefreshFailed('backoff')
  }
  connection.checking ??= check(ctx, connection, force).finally(() => { connection.checking = null })
  try {
    await connection.checking
  } catch (error) {
    noteFailure(ctx, connection, error instanceof Error ? error.message : String(error))
    throw new RefreshFailed('refused')
  }
}

/** Without expiry a connection is refreshed only when forced. */
async function check (ctx: Context, connection: SimulatedConnection, force: boolean): Promise<void> {
  // Nango takes a lock and reads the row again; a real wait, so it does not go through the injected clock.
  await (ctx.settings.credentialCheckTime > 0 ? wait(ctx.settings.credentialCheckTime) : turn())
  const due = connection.expiresAt !== null && connection.expiresAt - ctx.now() < MARGIN_MS
  if (force || due) await refresh(ctx, connection)
}

async function refresh (ctx: Context, connection: SimulatedConnection): Promise<void> {
  const integration = findIntegration(ctx, connection.integrationId)
  if (integration === undefined) throw new MintUnreadable('the integration is gone')
  Object.assign(connection, await mint(ctx, integration, connection), { updatedAt: ctx.now() })
  const wasFailing = connection.errors.length > 0
  Object.assign(connection, { errors: [], lastRefreshFailure: null, failingDays: 0, lastFailingDay: null })
  if (wasFailing) sendAuthWebhook(ctx, connection, 'refresh', { success: true })
}

function noteFailure (ctx: Context, connection: SimulatedConnection, description: string): void {
  const now = ctx.now()
  const day = Math.floor(now / DAY_MS)
  connection.lastRefreshFailure = now
  connection.updatedAt = now
  if (connection.lastFailingDay !== day) connection.failingDays++
  connection.lastFailingDay = day
  connection.errors = [{ type: 'auth', log_id: randomUUID() }]
  sendAuthWebhook(ctx, connection, 'refresh', { success: false, error: { type: 'client_credentials_fetch_error', description } })
}
