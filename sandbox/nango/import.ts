import { randomUUID } from 'node:crypto'
import { credentialsOf, rowShape } from './connection-shape.ts'
import { findIntegration, isRoller, type Context } from './context.ts'
import { readTags } from './end-user.ts'
import { NangoError } from './errors.ts'
import { CONNECTION_ID, INTEGRATION_KEY, Input, strictQuery } from './input.ts'
import type { NangoRequest } from './server.ts'
import type { SimulatedConnection } from './store.ts'
import { sendAuthWebhook } from './webhooks.ts'

const FIELDS = [
  'provider_config_key', 'connection_id', 'metadata', 'connection_config', 'tags', 'end_user', 'webhook_url_override', 'credentials'
]
const CREDENTIALS = ['type', 'token', 'client_id', 'client_secret', 'expires_at', 'client_certificate', 'client_private_key']

/**
 * Stores a connection as given: the credentials are not checked, and an upsert deletes what it does not repeat, metadata included. Without
 * expires_at the connection is never refreshed automatically.
 */
export function importConnection (ctx: Context, { query, body: given }: NangoRequest): object {
  strictQuery(query)
  const body = new Input(given).strict(FIELDS)
  const integrationId = body.text('provider_config_key', INTEGRATION_KEY)
  const connectionId = body.optionalText('connection_id', CONNECTION_ID) ?? randomUUID()
  if (!body.has('credentials')) body.fail(['credentials'], 'Required', 'invalid_type')
  const credentials = body.has('credentials') ? readCredentials(body.at('credentials')) : null
  const content = {
    tags: readTags(body) ?? {},
    metadata: body.optionalDict('metadata') ?? {},
    connectionConfig: body.optionalDict('connection_config') ?? {},
    webhookUrlOverride: body.webhookUrl() ?? null
  }
  body.done('invalid_body')
  const integration = findIntegration(ctx, integrationId)
  if (integration === undefined) throw new NangoError(404, 'not_found', { message: 'No integration has this provider_config_key' })
  if (!isRoller(integration) || credentials === null) {
    throw new NangoError(400, 'invalid_body', { message: 'The credentials are not of the provider\'s type' })
  }
  const { provider } = integration
  // No token endpoint responded: the given credentials are kept in place of its response.
  const raw = { ...credentialsOf(credentials) }
  const { connection, created } = ctx.store.upsert({ ...credentials, raw, ...content, connectionId, integrationId, provider }, ctx.now())
  sendAuthWebhook(ctx, connection, created ? 'creation' : 'override')
  // Returns the secrets whatever the scope of the key.
  return { ...rowShape(connection, 'Z'), credentials: credentialsOf(connection) }
}

type Credentials = Pick<SimulatedConnection, 'token' | 'clientId' | 'clientSecret' | 'expiresAt'>

/** Null for credentials of another type, of which only the type is read. */
function readCredentials (fields: Input): Credentials | null {
  if (fields.value('type') !== 'OAUTH2_CC') return null
  fields.strict(CREDENTIALS)
  const at = fields.value('expires_at')
  const expiresAt = typeof at === 'string' || typeof at === 'number' ? new Date(at).getTime() : null
  if (at !== undefined && (expiresAt === null || Number.isNaN(expiresAt))) fields.fail(['expires_at'], 'Not a date', 'invalid_type')
  return {
    token: fields.text('token', { min: 1, max: 4096 }),
    clientId: fields.text('client_id', { min: 1, max: 255 }),
    clientSecret: fields.text('client_secret', { min: 1, max: 2048 }),
    expiresAt
  }
}
