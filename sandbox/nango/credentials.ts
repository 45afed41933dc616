import { randomUUID } from 'node:crypto'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { findIntegration, type Context } from './context.ts'
import { MintRejected, mint } from './mint.ts'
import { healthy, type SimulatedConnection } from './store.ts'
import { sendAuthWebhook } from './webhooks.ts'

const MARGIN_MS = 15 * 60_000
const BACKOFF_MS = 30_000
const DAY_MS = 86_400_000
const FAILING_DAYS = 4
/** How long Nango waits for the lock of a refresh in Redis. */
const LOCK_WAIT_MS = 12_000

/** Rejected by the token endpoint, failed for another reason, or not attempted. */
type RefreshFailure = 'rejected' | 'failed' | 'backoff' | 'exhausted'
export class RefreshFailed extends Error {
  readonly failure: RefreshFailure
  readonly status: number

  constructor (failure: RefreshFailure) {
    super(`The credentials of this connection cannot be refreshed: ${failure}`)
    this.failure = failure
    this.status = failure === 'rejected' || failure === 'failed' ? 400 : 424
  }
}

/**
 * Nango's check before it uses a connection. A failure within the last 30 s fails at once, even while the token is still valid; forcing
 * skips that. A call during another one's check joins it, forced or not: a forced refresh may return the old token without a request to
 * ROLLER. Each call that joined counts the failed refresh.
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
    noteFailure(ctx, connection, error)
    throw new RefreshFailed(error instanceof MintRejected ? 'rejected' : 'failed')
  }
}

/** A connection without expiry is refreshed only if forced. */
async function check (ctx: Context, connection: SimulatedConnection, force: boolean): Promise<void> {
  const { credentialCheckTime = 0, redisDown = false } = ctx.settings
  // Nango takes a lock and reads the row again; a real delay, independent of the injected clock.
  await (credentialCheckTime > 0 ? wait(credentialCheckTime) : turn())
  if (redisDown) await ctx.sleep(LOCK_WAIT_MS)
  const due = connection.expiresAt !== null && connection.expiresAt - ctx.now() < MARGIN_MS
  if (!force && !due) return
  if (redisDown) throw new Error('the lock of the refresh could not be taken')
  await refresh(ctx, connection)
}

async function refresh (ctx: Context, connection: SimulatedConnection): Promise<void> {
  const integration = findIntegration(ctx, connection.integrationId)
  if (integration === undefined) throw new Error('the integration is gone')
  const wasFailing = connection.errors.length > 0
  const minted = await mint(ctx, integration, connection)
  Object.assign(connection, minted, healthy(), { updatedAt: ctx.now() })
  if (wasFailing) sendAuthWebhook(ctx, connection, 'refresh')
}

function noteFailure (ctx: Context, connection: SimulatedConnection, error: unknown): void {
  const now = ctx.now()
  const day = Math.floor(now / DAY_MS)
  if (connection.lastFailingDay !== day) connection.failingDays++
  Object.assign(connection, {
    lastRefreshFailure: now, updatedAt: now, lastFailingDay: day, errors: [{ type: 'auth', log_id: randomUUID() }]
  } satisfies Partial<SimulatedConnection>)
  const type = error instanceof MintRejected ? 'client_credentials_fetch_error' : 'refresh_token_external_error'
  sendAuthWebhook(ctx, connection, 'refresh', { type, description: error instanceof Error ? error.message : String(error) })
}
