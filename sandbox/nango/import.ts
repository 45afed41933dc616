import { Check, isDict, strictQuery } from './check.ts'
import type { Dict } from './check.ts'
import { fullShape } from './connection-shape.ts'
import { findIntegration, isRoller } from './context.ts'
import type { Context } from './context.ts'
import { NangoError } from './errors.ts'
import type { Answer, Call } from './http.ts'
import { parseEndUser, tagsOf } from './sessions.ts'
import { newConnectionId } from './store.ts'
import { sendAuthWebhook } from './webhooks.ts'

const FIELDS = ['provider_config_key', 'connection_id', 'metadata', 'connection_config', 'tags', 'end_user', 'webhook_url_override',
  'credentials']
const CREDENTIALS = ['type', 'token', 'client_id', 'client_secret', 'expires_at', 'client_certificate', 'client_private_key']

/**
 * Writes a connection as given: nobody checks the credentials, and an upsert wipes what it does not repeat, metadata included.
 * Without expires_at the connection is never refreshed on its own.
 */
export function importConnection (ctx: Context, call: Call): Answer {
  strictQuery(call.query, [])
  const check = new Check()
  const body = check.strict(call.json, FIELDS)
  const integrationId = check.integrationKey(body['provider_config_key'], ['provider_config_key'])
  const givenId = body['connection_id']
  const connectionId = givenId === undefined ? newConnectionId() : check.connectionId(givenId, ['connection_id'])
  const credentials = parseCredentials(check, body['credentials'])
  const endUser = parseEndUser(check, body['end_user'])
  const tags = body['tags'] === undefined ? {} : check.tags(body['tags'], ['tags'])
  const metadata = body['metadata'] === undefined ? {} : check.dict(body['metadata'], ['metadata'])
  const connectionConfig = body['connection_config'] === undefined ? {} : check.dict(body['connection_config'], ['connection_config'])
  const override = body['webhook_url_override']
  const webhookUrlOverride = override === undefined ? null : check.webhookUrl(override, ['webhook_url_override'])
  check.done('invalid_body')
  const integration = findIntegration(ctx, integrationId)
  if (integration === undefined) throw new NangoError(404, 'not_found', { message: 'No integration has this provider_config_key' })
  if (!isRoller(integration)) throw new NangoError(400, 'invalid_body', { message: 'The credentials are not of the provider\'s type' })
  const { connection, created } = ctx.store.upsert({
    ...credentials,
    connectionId,
    integrationId,
    provider: integration.provider,
    endUser,
    tags: { ...tagsOf(endUser), ...tags },
    metadata,
    connectionConfig,
    webhookUrlOverride
  }, ctx.now())
  sendAuthWebhook(ctx, connection, created ? 'creation' : 'override', { success: true })
  // The secrets come back whatever the scope of the key.
  return { status: 201, json: fullShape(connection, true, 'Z') }
}

interface Credentials { token: string, clientId: string, clientSecret: string, expiresAt: number | null, raw: Dict }

function parseCredentials (check: Check, value: unknown): Credentials {
  const fields = check.strict(value, CREDENTIALS, ['credentials'])
  if (fields['type'] !== 'OAUTH2_CC') check.fail(['credentials', 'type'], 'Not the auth type of the provider')
  const at = fields['expires_at']
  const expiresAt = typeof at === 'string' || typeof at === 'number' ? new Date(at).getTime() : null
  if (at !== undefined && (expiresAt === null || Number.isNaN(expiresAt))) check.fail(['credentials', 'expires_at'], 'Not a date')
  const token = check.text(fields['token'], ['credentials', 'token'], { min: 1, max: 4096 })
  return {
    token,
    clientId: check.text(fields['client_id'], ['credentials', 'client_id'], { min: 1, max: 255 }),
    clientSecret: check.text(fields['client_secret'], ['credentials', 'client_secret'], { min: 1, max: 2048 }),
    expiresAt,
    raw: { access_token: token }
  }
}

/** POST replaces (201), PATCH merges the first level (200); one unknown id and nothing at all is changed. */
export function writeMetadata (ctx: Context, call: Call): Answer {
  strictQuery(call.query, [])
  const merge = call.method === 'PATCH'
  const check = new Check()
  const body = check.strict(call.json, ['connection_id', 'provider_config_key', 'metadata'])
  const given = body['connection_id']
  const ids = (Array.isArray(given) ? given : [given]).map((id: unknown) => check.connectionId(id, ['connection_id']))
  const integrationId = check.integrationKey(body['provider_config_key'], ['provider_config_key'])
  const metadata = isDict(body['metadata']) ? body['metadata'] : check.dict(body['metadata'], ['metadata'])
  check.done('invalid_body')
  const connections = ids.map((id) => {
    const connection = ctx.store.find(id, integrationId)
    if (connection === undefined) throw new NangoError(404, 'unknown_connection', { message: `No connection has the id ${id}` })
    return connection
  })
  for (const connection of connections) {
    connection.metadata = merge ? { ...connection.metadata, ...metadata } : { ...metadata }
  }
  return { status: merge ? 200 : 201, json: body }
}
