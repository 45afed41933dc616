import { randomBytes } from 'node:crypto'
import { SESSION_PREFIX } from './auth.ts'
import { findIntegration, type Context } from './context.ts'
import { readTags } from './end-user.ts'
import { NangoError } from './errors.ts'
import { CONNECTION_ID, INTEGRATION_KEY, Input, MAX_TAGS, strictQuery } from './input.ts'
import type { NangoRequest } from './server.ts'
import type { Session } from './store.ts'

const LIFETIME_MS = 30 * 60_000
const SHARED = ['tags', 'end_user', 'integrations_config_defaults', 'overrides', 'webhook_url_override']
const DEFAULTS = 'integrations_config_defaults'

type Content = Pick<Session, 'tags' | 'defaults' | 'webhookUrlOverride'>

export function createSession (ctx: Context, { query, body: given }: NangoRequest): object {
  strictQuery(query)
  const body = new Input(given).strict([...SHARED, 'allowed_integrations'])
  const content = readContent(ctx, body)
  if (!body.has('tags') && !body.has('end_user')) body.fail(['end_user'], 'Required when there are no tags', 'invalid_type')
  const allowed = readAllowed(ctx, body)
  body.done('invalid_body')
  return open(ctx, content, allowed, null)
}

/**
 * A reconnect session overwrites: tags, connection config and webhook URL that it lacks are deleted from the connection when it is used.
 * Only metadata survives.
 */
export function createReconnectSession (ctx: Context, { query, body: given }: NangoRequest): object {
  strictQuery(query)
  const body = new Input(given).strict([...SHARED, 'connection_id', 'integration_id'])
  const connectionId = body.text('connection_id', CONNECTION_ID)
  const integrationId = body.text('integration_id', INTEGRATION_KEY)
  const content = readContent(ctx, body)
  body.done('invalid_body')
  if (ctx.store.find(connectionId, integrationId) === undefined) {
    throw new NangoError(400, 'invalid_body', { message: 'No connection has this ConnectionID and IntegrationId' })
  }
  return open(ctx, content, [integrationId], { connectionId, integrationId })
}

function open (ctx: Context, content: Content, allowedIntegrations: string[] | null, reconnect: Session['reconnect']): object {
  // Tags generated from the deprecated end_user are added to explicit ones, and their sum is checked too late for a clean error.
  if (Object.keys(content.tags).length > MAX_TAGS) throw new NangoError(500, 'server_error', { message: 'Could not create the session' })
  const token = SESSION_PREFIX + randomBytes(32).toString('hex')
  const expiresAt = ctx.now() + LIFETIME_MS
  const { sessions } = ctx.store
  for (const old of sessions.values()) if (old.expiresAt <= ctx.now()) sessions.delete(old.token)
  sessions.set(token, { ...content, token, expiresAt, allowedIntegrations, reconnect })
  return {
    data: {
      token,
      // A self-hosted server omits apiURL, and its Connect UI then calls Nango Cloud.
      connect_link: `${ctx.connectUiUrl}?session_token=${token}`,
      expires_at: new Date(expiresAt).toISOString()
    }
  }
}

/** An empty list is stored as none, which means every integration. */
function readAllowed (ctx: Context, body: Input): string[] | null {
  const keys = body.value('allowed_integrations') ?? []
  if (Array.isArray(keys)) {
    for (const [index, key] of keys.entries()) checkIntegration(ctx, body, key, ['allowed_integrations', String(index)])
    // Each was checked to be a text above.
    return keys.length === 0 ? null : keys as string[]
  }
  body.fail(['allowed_integrations'], 'Expected an array', 'invalid_type')
  return null
}

function checkIntegration (ctx: Context, body: Input, value: unknown, path: string[]): void {
  const key = body.checkText(value, path, INTEGRATION_KEY)
  if (key !== '' && findIntegration(ctx, key) === undefined) body.fail(path, `No integration is called ${key}`, 'custom')
}

function readContent (ctx: Context, body: Input): Content {
  const content = { tags: readTags(body) ?? {}, defaults: readDefaults(ctx, body), webhookUrlOverride: body.webhookUrl() ?? null }
  if (body.optionalDict('overrides') !== undefined) {
    // Limited to some plans on Cloud, and on a self-hosted server without plans too.
    throw new NangoError(403, 'forbidden', { message: 'The plan does not include overrides' })
  }
  return content
}

function readDefaults (ctx: Context, body: Input): Session['defaults'] {
  if (!body.has(DEFAULTS)) return {}
  const given = body.at(DEFAULTS)
  return Object.fromEntries(given.names().map((key) => {
    checkIntegration(ctx, given, key, [key])
    return [key, given.at(key).strict(['user_scopes', 'authorization_params', 'connection_config']).optionalDict('connection_config') ?? {}]
  }))
}

/** The part of a session that browsers may read: without the tags, with the config defaults. */
export function readSession (_ctx: Context, { query }: NangoRequest, session: Session | null): object {
  strictQuery(query)
  const { allowedIntegrations = null, defaults = {}, reconnect = null } = session ?? {}
  const shown = Object.entries(defaults).map(([key, connectionConfig]) => [key, { connection_config: connectionConfig }])
  return {
    data: {
      endUser: null,
      connectUISettings: {
        theme: { light: { primary: '#00B2E3' }, dark: { primary: '#00B2E3' } }, defaultTheme: 'system', showWatermark: true
      },
      ...(allowedIntegrations !== null && { allowed_integrations: allowedIntegrations }),
      ...(shown.length > 0 && { integrations_config_defaults: Object.fromEntries(shown) }),
      ...(reconnect !== null && { isReconnecting: true }),
      websocketsPath: '/'
    }
  }
}

/** The only way to end a session early: a successful use does not consume it. */
export function deleteSession (ctx: Context, { query }: NangoRequest, session: Session | null): void {
  strictQuery(query)
  if (session !== null) ctx.store.sessions.delete(session.token)
}
