import { createHash, createHmac } from 'node:crypto'
import { request } from 'undici'
import { RETRY_BASE_MS, type Context } from './context.ts'
import { isDict } from './input.ts'
import type { SimulatedConnection } from './store.ts'

type AuthOperation = 'creation' | 'override' | 'refresh' | 'deletion'
interface Failure { type: string, description: string }

const ATTEMPTS = 3
const TIMEOUT_MS = 20_000

/** Sorted keys at every depth and no white space: the bytes that Nango signs. */
function stableStringify (value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableStringify).join(',')}]`
  if (!isDict(value)) return JSON.stringify(value) ?? 'null'
  const fields = Object.keys(value).filter((key) => value[key] !== undefined).sort()
  return `{${fields.map((key) => `${JSON.stringify(key)}:${stableStringify(value[key])}`).join(',')}}`
}

/** The HMAC that receivers should verify, and the older plain hash, which is still sent. */
const signatures = (signingKey: string, body: string): Record<string, string> => ({
  'x-nango-hmac-sha256': createHmac('sha256', signingKey).update(body).digest('hex'),
  'x-nango-signature': createHash('sha256').update(signingKey + body).digest('hex')
})

const isEnabled = ({ settings }: Context, operation: AuthOperation, failed: boolean): boolean | undefined => ({
  creation: settings.webhookOnCreation,
  override: true,
  refresh: failed ? settings.webhookOnRefreshError : settings.webhookOnRecovery,
  deletion: settings.webhookOnDeletion
})[operation]

/** Fire and forget: Nango responds to its caller first, guarantees no order and sends no delivery id. */
export function sendAuthWebhook (ctx: Context, connection: SimulatedConnection, operation: AuthOperation, error?: Failure): void {
  // The URL of a connection replaces the one of the environment.
  const url = connection.webhookUrlOverride ?? ctx.settings.webhookUrl
  if (url == null || !isEnabled(ctx, operation, error !== undefined)) return
  const body = stableStringify({
    from: 'nango',
    type: 'auth',
    connectionId: connection.connectionId,
    authMode: 'OAUTH2_CC',
    providerConfigKey: connection.integrationId,
    provider: connection.provider,
    environment: 'dev',
    operation,
    tags: connection.tags,
    success: error === undefined,
    error
  })
  deliver(ctx, url, body).catch((error: unknown) => ctx.log(`nango simulator: webhook to ${url} failed: ${String(error)}`))
}

/** Three attempts; only a 5xx or a network failure is retried; a 4xx, 429 included, is final. */
async function deliver (ctx: Context, url: string, body: string): Promise<void> {
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'nango/0.0.0 (simulator)',
    ...signatures(ctx.settings.webhookSigningKey ?? ctx.settings.secretKey, body)
  }
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await ctx.sleep((ctx.settings.retryBaseMs ?? RETRY_BASE_MS) * 2 ** (attempt - 1))
    const status = await request(url, {
      method: 'POST', headers, body, dispatcher: ctx.dispatcher, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS
    }).then(async (response) => {
      await response.body.dump()
      return response.statusCode
    }, () => 0)
    if (status !== 0 && status < 500) return
  }
  ctx.log(`nango simulator: webhook to ${url} given up after ${ATTEMPTS} attempts`)
}
