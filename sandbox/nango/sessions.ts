import { randomBytes } from 'node:crypto'
import { SESSION_PREFIX } from './auth.ts'
import { endUserShape } from './connection-shape.ts'
import { findIntegration } from './context.ts'
import type { Context } from './context.ts'
import { readEndUser, readOrganization, tagsOf } from './end-user.ts'
import { NangoError } from './errors.ts'
import { CONNECTION_ID, INTEGRATION_KEY, Input, isDict, strictQuery } from './input.ts'
import type { NangoRequest } from './server.ts'
import type { Session } from './store.ts'

const LIFETIME_MS = 30 * 60_000
const MAX_TAGS = 10
const SHARED = ['tags', 'end_user', 'organization', 'integrations_config_defaults', 'overrides', 'webhook_url_override']
const DEFAULTS = 'integrations_config_defaults'

type Content = Pick<Session, 'tags' | 'endUser' | 'defaults' | 'webhookUrlOverride'>

export function createSession (ctx: Context, { query, body: given }: NangoRequest): object {
  strictQuery(query)
  const body = new Input(given).strict([...SHARED, 'allowed_integrations'])
  const content = readContent(ctx, body)
  if (!body.has('tags') && content.endUser === null) body.fail(['end_user'], 'Required when there are no tags', 'invalid_type')
  const allowed = readAllowed(ctx, body)
  body.done('invalid_body')
  return open(ctx, content, allowed, null)
}

/**
 * A reconnect session writes what it was given: tags, connection config and webhook URL that are not sent again are wiped
 * from the connection when it is used. Only metadata survives.
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
  // Tags made from the deprecated end_user come on top of explicit ones, and their sum is counted too late for a clean error.
  if (Object.keys(content.tags).length > MAX_TAGS) throw new NangoError(500, 'server_error', { message: 'Could not create the session' })
  const token = SESSION_PREFIX + randomBytes(32).toString('hex')
  const expiresAt = ctx.now() + LIFETIME_MS
  const { sessions } = ctx.store
  for (const old of sessions.values()) if (old.expiresAt <= ctx.now()) sessions.delete(old.token)
  sessions.set(token, { ...content, token, expiresAt, allowedIntegrations, reconnect })
  return {
    data: {
      token,
      // A self-hosted server leaves apiURL out, and its Connect UI then calls Nango Cloud.
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
    // Each of them has just been checked to be a text.
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
  const endUser = readEndUser(body, readOrganization(body))
  const tags = { ...tagsOf(endUser), ...body.tags() }
  const { defaults, webhookUrl } = readDefaults(ctx, body)
  const override = body.webhookUrl()
  if (body.optionalDict('overrides') !== undefined) {
    // Gated by the plan on Cloud, and on a self-hosted server without plans too.
    throw new NangoError(403, 'forbidden', { message: 'The plan does not include overrides' })
  }
  return { tags, endUser, defaults, webhookUrlOverride: override === undefined ? webhookUrl : override }
}

function readDefaults (ctx: Context, body: Input): { defaults: Session['defaults'], webhookUrl: string | null } {
  const defaults: Session['defaults'] = {}
  let webhookUrl: string | null = null
  if (!body.has(DEFAULTS)) return { defaults, webhookUrl }
  const given = body.at(DEFAULTS)
  for (const key of given.names()) {
    checkIntegration(ctx, given, key, [key])
    const fields = given.at(key).strict(['user_scopes', 'authorization_params', 'connection_config'])
    fields.optionalText('user_scopes')
    // The webhook URL that older clients put in here is moved to where it now belongs.
    const config = fields.value('connection_config')
    const { webhook_url: old, ...connectionConfig } = isDict(config) ? config : {}
    if (typeof old === 'string') webhookUrl = fields.at('connection_config').webhookUrl('webhook_url') ?? null
    defaults[key] = { connectionConfig, authorizationParams: fields.optionalTexts('authorization_params') }
  }
  return { defaults, webhookUrl }
}

/** What the browser may see of its session; the tags are not in it, the config defaults are. */
export function readSession (_ctx: Context, { query }: NangoRequest, session: Session | null): object {
  strictQuery(query)
  const { endUser = null, allowedIntegrations = null, defaults = {}, reconnect = null } = session ?? {}
  const shown = Object.entries(defaults).map(([key, { connectionConfig, authorizationParams }]) =>
    [key, { connection_config: connectionConfig, authorization_params: authorizationParams }])
  return {
    data: {
      endUser: endUserShape(endUser),
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

/** The only way to end a session early: success does not consume it. */
export function deleteSession (ctx: Context, { query }: NangoRequest, session: Session | null): void {
  strictQuery(query)
  if (session !== null) ctx.store.sessions.delete(session.token)
}
