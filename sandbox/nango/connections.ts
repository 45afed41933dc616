import { hasScope } from './auth.ts'
import { credentialsOf, listShape, rowShape } from './connection-shape.ts'
import { findIntegration, type Context } from './context.ts'
import { RefreshFailed, ensureFresh } from './credentials.ts'
import { readTags } from './end-user.ts'
import { NangoError } from './errors.ts'
import { CONNECTION_ID, INTEGRATION_KEY, Input, strictQuery } from './input.ts'
import type { NangoRequest } from './server.ts'
import type { SimulatedConnection } from './store.ts'
import { sendAuthWebhook } from './webhooks.ts'

const TAG_FILTER = /^tags\[([^\]]+)\]$/
const FLAGS = ['force_refresh', 'refresh_token', 'refresh_github_app_jwt_token'] as const
const LIST_FILTERS = ['connectionId', 'search', 'integrationId', 'limit', 'page']
const MAX_LIMIT = 2000
const DEFAULT_LIMIT = 10_000

export function listConnections (ctx: Context, { query }: NangoRequest): object {
  const input = new Input(query).strict(LIST_FILTERS, TAG_FILTER)
  const limit = input.integer('limit', 1, MAX_LIMIT) ?? DEFAULT_LIMIT
  const page = input.integer('page', 0, Number.MAX_SAFE_INTEGER) ?? 0
  input.done('invalid_query_params')
  const found = ctx.store.connections
    // The list is read from a replica, where a new connection appears late.
    .filter((one) => one.createdAt + (ctx.settings.replicaLag ?? 0) <= ctx.now())
    .filter(filterOf(query))
    .sort((a, b) => b.createdAt - a.createdAt || b.id - a.id)
  // No total and no cursor: a page shorter than the limit is the last one.
  return { connections: found.slice(page * limit, (page + 1) * limit).map(listShape) }
}

function filterOf (query: NangoRequest['query']): (connection: SimulatedConnection) => boolean {
  const { connectionId, integrationId } = query
  const integrations = integrationId?.split(',').map((key) => key.trim())
  const search = query['search']?.toLowerCase()
  const tags = Object.entries(query).flatMap(([key, value]) => {
    const name = TAG_FILTER.exec(key)?.[1]
    return name === undefined ? [] : [[name.toLowerCase(), value] as const]
  })
  return (one) =>
    (connectionId === undefined || one.connectionId === connectionId) &&
    (integrations === undefined || integrations.includes(one.integrationId)) &&
    // Tags are not searched.
    (search === undefined || one.connectionId.toLowerCase().includes(search)) &&
    tags.every(([key, value]) => one.tags[key] === value)
}

/** Finds the connection of a path and its provider_config_key; the error for a missing one differs between endpoints. */
function locate (ctx: Context, request: NangoRequest, missing: NangoError, allowed: readonly string[] = []): SimulatedConnection {
  const { query, params } = request
  const input = new Input(query).strict(['provider_config_key', ...allowed])
  const integrationId = input.text('provider_config_key', INTEGRATION_KEY)
  input.done('invalid_query_params')
  const uri = new Input(params)
  const connectionId = uri.text('connectionId', CONNECTION_ID)
  uri.done('invalid_uri_params')
  const connection = ctx.store.find(connectionId, integrationId)
  if (connection !== undefined) return connection
  // A deletion does not look for the integration.
  if (request.method === 'DELETE' || findIntegration(ctx, integrationId) !== undefined) throw missing
  throw new NangoError(400, 'unknown_provider_config', { message: 'No integration has this provider_config_key' })
}

const notFound = (): NangoError => new NangoError(404, 'not_found', { message: 'No connection with this id and provider_config_key' })

export async function readConnection (ctx: Context, request: NangoRequest): Promise<object> {
  const input = new Input(request.query)
  const [force, ...others] = FLAGS.map((name) => input.flag(name))
  input.done('invalid_query_params')
  const mayRead = hasScope(ctx, 'connections:read_credentials')
  if (!mayRead && (force === true || others.includes(true))) {
    throw new NangoError(403, 'forbidden', { message: 'Refreshing needs the scope environment:connections:read_credentials' })
  }
  const connection = locate(ctx, request, notFound(), FLAGS)
  // Without that scope nothing is refreshed or checked, so the response looks healthy even with rejected credentials.
  if (!mayRead) return { ...rowShape(connection), credentials: {} }
  try {
    await ensureFresh(ctx, connection, force)
  } catch (error) {
    if (!(error instanceof RefreshFailed)) throw error
    throw new NangoError(error.status, 'invalid_credentials', {
      message: 'The credentials of this connection cannot be refreshed',
      payload: { connection: { ...rowShape(connection), credentials: {} } }
    })
  }
  return { ...rowShape(connection), credentials: credentialsOf(connection) }
}

/** Replaces tags as a whole; end_user alone replaces them with those generated from it; updated_at is unchanged. */
export function patchConnection (ctx: Context, request: NangoRequest): object {
  const connection = locate(ctx, request, notFound())
  const body = new Input(request.body).strict(['tags', 'end_user', 'webhook_url_override'])
  const tags = readTags(body)
  const webhookUrl = body.webhookUrl()
  body.done('invalid_body')
  if (tags !== undefined) connection.tags = tags
  if (webhookUrl !== undefined) connection.webhookUrlOverride = webhookUrl
  return { success: true }
}

/** Deleting twice returns 400 with its own code, reading a deleted one 404. Nothing is revoked at ROLLER. */
export function deleteConnection (ctx: Context, request: NangoRequest): object {
  const connection = locate(ctx, request, new NangoError(400, 'unknown_connection'))
  ctx.store.remove(connection)
  sendAuthWebhook(ctx, connection, 'deletion')
  return { success: true }
}

/** POST replaces, PATCH merges the first level; an unknown id rejects the whole request. */
export function writeMetadata (ctx: Context, { query, method, body }: NangoRequest): object {
  strictQuery(query)
  const input = new Input(body).strict(['connection_id', 'provider_config_key', 'metadata'])
  const given = input.value('connection_id')
  const ids = (Array.isArray(given) ? given : [given]).map((id: unknown) => input.checkText(id, ['connection_id'], CONNECTION_ID))
  const integrationId = input.text('provider_config_key', INTEGRATION_KEY)
  const metadata = input.dict('metadata')
  input.done('invalid_body')
  const connections = ids.map((id) => {
    const connection = ctx.store.find(id, integrationId)
    if (connection === undefined) throw new NangoError(404, 'unknown_connection', { message: `No connection has the id ${id}` })
    return connection
  })
  for (const connection of connections) connection.metadata = method === 'PATCH' ? { ...connection.metadata, ...metadata } : { ...metadata }
  // Parsed from JSON and checked to be an object.
  return body as object
}
