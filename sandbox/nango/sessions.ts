import { randomBytes } from 'node:crypto'
import { Check, isDict, strictQuery } from './check.ts'
import type { Dict, Path } from './check.ts'
import { NangoError, withPayload } from './errors.ts'
import { findIntegration } from './context.ts'
import type { Context } from './context.ts'
import { SESSION_PREFIX } from './auth.ts'
import type { Answer, Call } from './http.ts'
import type { EndUser, IntegrationDefaults, Organization, Session } from './store.ts'

const LIFETIME_MS = 30 * 60_000
const MAX_TAGS = 10
const SHARED = ['tags', 'end_user', 'organization', 'integrations_config_defaults', 'overrides', 'webhook_url_override']

interface Parsed {
  tags: Record<string, string>
  hasTags: boolean
  endUser: EndUser | null
  defaults: Record<string, IntegrationDefaults>
  webhookUrlOverride: string | null
}

export function createSession (ctx: Context, call: Call): Answer {
  strictQuery(call.query, [])
  const check = new Check()
  const body = check.strict(call.json, [...SHARED, 'allowed_integrations'])
  const parsed = parseShared(ctx, check, body)
  if (!parsed.hasTags && parsed.endUser === null) check.fail(['end_user'], 'Required when there are no tags', 'invalid_type')
  const allowed = parseAllowed(ctx, check, body['allowed_integrations'])
  check.done('invalid_body')
  return open(ctx, parsed, allowed, null)
}

/**
 * A reconnect session writes what it was given: tags, connection config and webhook URL that are not sent again are wiped
 * from the connection when it is used. Only metadata survives.
 */
export function createReconnectSession (ctx: Context, call: Call): Answer {
  strictQuery(call.query, [])
  const check = new Check()
  const body = check.strict(call.json, [...SHARED, 'connection_id', 'integration_id'])
  const connectionId = check.connectionId(body['connection_id'], ['connection_id'])
  const integrationId = check.integrationKey(body['integration_id'], ['integration_id'])
  const parsed = parseShared(ctx, check, body)
  check.done('invalid_body')
  if (ctx.store.find(connectionId, integrationId) === undefined) {
    throw new NangoError(400, 'invalid_body', { message: 'No connection has this ConnectionID and IntegrationId' })
  }
  return open(ctx, parsed, [integrationId], { connectionId, integrationId })
}

function open (ctx: Context, parsed: Parsed, allowedIntegrations: string[] | null, reconnect: Session['reconnect']): Answer {
  // Tags made from the deprecated end_user come on top of explicit ones, and their sum is counted too late for a clean error.
  if (Object.keys(parsed.tags).length > MAX_TAGS) throw new NangoError(500, 'server_error', { message: 'Could not create the session' })
  const session: Session = {
    token: SESSION_PREFIX + randomBytes(32).toString('hex'),
    tags: parsed.tags,
    endUser: parsed.endUser,
    allowedIntegrations,
    defaults: parsed.defaults,
    webhookUrlOverride: parsed.webhookUrlOverride,
    expiresAt: ctx.now() + LIFETIME_MS,
    reconnect
  }
  for (const { token, expiresAt } of ctx.store.sessions.values()) if (expiresAt <= ctx.now()) ctx.store.sessions.delete(token)
  ctx.store.sessions.set(session.token, session)
  return {
    status: 201,
    json: {
      data: {
        token: session.token,
        // A self-hosted server leaves apiURL out, and its Connect UI then calls Nango Cloud.
        connect_link: `${ctx.connectUiUrl}?session_token=${session.token}`,
        expires_at: new Date(session.expiresAt).toISOString()
      }
    }
  }
}

/** An empty list is stored as none, which means every integration. */
function parseAllowed (ctx: Context, check: Check, value: unknown): string[] | null {
  if (value === undefined) return null
  if (!Array.isArray(value)) {
    check.fail(['allowed_integrations'], 'Expected an array', 'invalid_type')
    return null
  }
  const keys = value.map((key: unknown, index) => knownIntegration(ctx, check, key, ['allowed_integrations', String(index)]))
  return keys.length === 0 ? null : keys
}

function knownIntegration (ctx: Context, check: Check, value: unknown, path: Path): string {
  const key = check.integrationKey(value, path)
  if (key !== '' && findIntegration(ctx, key) === undefined) check.fail(path, `No integration is called ${key}`, 'custom')
  return key
}

function parseShared (ctx: Context, check: Check, body: Dict): Parsed {
  const organization = parseOrganization(check, body['organization'])
  const endUser = parseEndUser(check, body['end_user'], organization)
  const explicit = body['tags'] === undefined ? {} : check.tags(body['tags'], ['tags'])
  const { defaults, hoisted } = parseDefaults(ctx, check, body['integrations_config_defaults'])
  const override = body['webhook_url_override']
  const webhookUrlOverride = override === undefined ? hoisted : check.webhookUrl(override, ['webhook_url_override'])
  if (body['overrides'] !== undefined) {
    check.dict(body['overrides'], ['overrides'])
    // Gated by the plan on Cloud, and on a self-hosted server without plans too.
    throw new NangoError(403, 'forbidden', { message: 'The plan does not include overrides' })
  }
  return { tags: { ...tagsOf(endUser), ...explicit }, hasTags: body['tags'] !== undefined, endUser, defaults, webhookUrlOverride }
}

function parseOrganization (check: Check, value: unknown): Organization | undefined {
  if (value === undefined) return undefined
  const fields = check.strict(value, ['id', 'display_name'], ['organization'])
  const displayName = check.optionalText(fields['display_name'], ['organization', 'display_name'], { max: 255 })
  const id = check.text(fields['id'], ['organization', 'id'], { max: 255 })
  return { id, ...(displayName === undefined ? {} : { displayName }) }
}

export function parseEndUser (check: Check, value: unknown, organization?: Organization): EndUser | null {
  if (value === undefined) return null
  const fields = check.strict(value, ['id', 'email', 'display_name', 'tags'], ['end_user'])
  const displayName = check.optionalText(fields['display_name'], ['end_user', 'display_name'], { max: 255 })
  const tags: Record<string, string> = {}
  for (const [key, text] of Object.entries(fields['tags'] === undefined ? {} : check.dict(fields['tags'], ['end_user', 'tags']))) {
    tags[key] = check.text(text, ['end_user', 'tags', key], { max: 255 })
  }
  return {
    id: check.text(fields['id'], ['end_user', 'id'], { min: 1, max: 255 }),
    ...(fields['email'] === undefined ? {} : { email: check.email(fields['email'], ['end_user', 'email']) }),
    ...(displayName === undefined ? {} : { displayName }),
    ...(organization === undefined ? {} : { organization }),
    tags
  }
}

/** The tags that Nango makes from the deprecated end_user and organization. */
export function tagsOf (endUser: EndUser | null): Record<string, string> {
  if (endUser === null) return {}
  const tags: Record<string, string> = { end_user_id: endUser.id }
  if (endUser.email !== undefined) tags['end_user_email'] = endUser.email
  if (endUser.displayName !== undefined) tags['end_user_display_name'] = endUser.displayName
  if (endUser.organization !== undefined) tags['organization_id'] = endUser.organization.id
  if (endUser.organization?.displayName !== undefined) tags['organization_display_name'] = endUser.organization.displayName
  for (const [key, value] of Object.entries(endUser.tags)) tags[key.toLowerCase()] = value
  return tags
}

function parseDefaults (ctx: Context, check: Check, value: unknown): { defaults: Session['defaults'], hoisted: string | null } {
  const defaults: Session['defaults'] = {}
  let hoisted: string | null = null
  const root = 'integrations_config_defaults'
  for (const [key, entry] of Object.entries(value === undefined ? {} : check.dict(value, [root]))) {
    knownIntegration(ctx, check, key, [root, key])
    const fields = check.strict(entry, ['user_scopes', 'authorization_params', 'connection_config'], [root, key])
    check.optionalText(fields['user_scopes'], [root, key, 'user_scopes'])
    // The webhook URL that older clients put in here is moved to where it now belongs.
    const { webhook_url: webhookUrl, ...connectionConfig } = isDict(fields['connection_config']) ? fields['connection_config'] : {}
    if (typeof webhookUrl === 'string') hoisted = check.webhookUrl(webhookUrl, [root, key, 'connection_config', 'webhook_url'])
    const params = fields['authorization_params'] === undefined ? null : check.dict(fields['authorization_params'], [root, key])
    const texts = Object.entries(params ?? {}).map(([name, text]) => [name, check.text(text, [root, key, name])] as const)
    defaults[key] = { connectionConfig, authorizationParams: params && Object.fromEntries(texts) }
  }
  return { defaults, hoisted }
}

/** What the browser may see of its session; the tags are not in it, the config defaults are. */
export function readSession (ctx: Context, call: Call): Answer {
  strictQuery(call.query, [])
  const session = call.session
  if (session === null) throw withPayload(401, 'unknown_connect_session_token', 'No connect session has this token')
  const { endUser } = session
  const defaults = Object.entries(session.defaults).map(([key, { connectionConfig, authorizationParams }]) =>
    [key, { connection_config: connectionConfig, ...(authorizationParams && { authorization_params: authorizationParams }) }])
  return {
    status: 200,
    json: {
      data: {
        endUser: endUser && {
          id: endUser.id,
          display_name: endUser.displayName ?? null,
          email: endUser.email ?? null,
          tags: endUser.tags,
          organization: endUser.organization
            ? { id: endUser.organization.id, display_name: endUser.organization.displayName ?? null }
            : null
        },
        connectUISettings: {
          theme: { light: { primary: '#00B2E3' }, dark: { primary: '#00B2E3' } }, defaultTheme: 'system', showWatermark: true
        },
        ...(session.allowedIntegrations ? { allowed_integrations: session.allowedIntegrations } : {}),
        ...(defaults.length > 0 ? { integrations_config_defaults: Object.fromEntries(defaults) } : {}),
        ...(session.reconnect ? { isReconnecting: true } : {}),
        websocketsPath: '/'
      }
    }
  }
}

/** The only way to end a session early: success does not consume it. */
export function deleteSession (ctx: Context, call: Call): Answer {
  strictQuery(call.query, [])
  if (call.session !== null) ctx.store.sessions.delete(call.session.token)
  return { status: 204 }
}
