import { Check, strictQuery } from './check.ts'
import { hasScope } from './auth.ts'
import { fullShape, listShape } from './connection-shape.ts'
import { findIntegration } from './context.ts'
import type { Context } from './context.ts'
import { RefreshFailed, ensureFresh } from './credentials.ts'
import { NangoError } from './errors.ts'
import type { Answer, Call } from './http.ts'
import { parseEndUser, tagsOf } from './sessions.ts'
import type { SimulatedConnection } from './store.ts'
import { sendAuthWebhook } from './webhooks.ts'

const TAG_FILTER = /^tags\[([^\]]+)\]$/
const FLAGS = ['force_refresh', 'refresh_token', 'refresh_github_app_jwt_token']
const LIST_FILTERS = ['connectionId', 'search', 'endUserId', 'endUserOrganizationId', 'integrationId', 'limit', 'page']
const MAX_LIMIT = 2000
const DEFAULT_LIMIT = 10_000

export function listConnections (ctx: Context, call: Call): Answer {
  const { query } = call
  strictQuery(query, LIST_FILTERS, [TAG_FILTER])
  const check = new Check()
  const limit = integer(check, query, 'limit', 1, MAX_LIMIT) ?? DEFAULT_LIMIT
  const page = integer(check, query, 'page', 0, Number.MAX_SAFE_INTEGER) ?? 0
  check.done('invalid_query_params')
  const found = ctx.store.connections
    // The list is read from a replica, where a new connection arrives late.
    .filter((one) => one.createdAt + ctx.settings.replicaLag <= ctx.now())
    .filter(filterOf(query))
    .sort((a, b) => b.createdAt - a.createdAt || b.id - a.id)
  // No total and no cursor: the last page is the one that comes back short.
  return { status: 200, json: { connections: found.slice(page * limit, (page + 1) * limit).map(listShape) } }
}

function integer (check: Check, query: URLSearchParams, name: string, min: number, max: number): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  const value = Number(text)
  if (!Number.isInteger(value) || text === '') check.fail([name], 'Expected an integer', 'invalid_type')
  else if (value < min) check.fail([name], `Less than ${min}`, 'too_small')
  else if (value > max) check.fail([name], `More than ${max}`, 'too_big')
  return value
}

function filterOf (query: URLSearchParams): (connection: SimulatedConnection) => boolean {
  const connectionId = query.get('connectionId')
  const integrations = query.get('integrationId')?.split(',').map((key) => key.trim())
  const endUserId = query.get('endUserId')
  const organizationId = query.get('endUserOrganizationId')
  const search = query.get('search')?.toLowerCase()
  const tags = [...query].flatMap(([key, value]) => {
    const name = TAG_FILTER.exec(key)?.[1]
    return name === undefined ? [] : [[name.toLowerCase(), value] as const]
  })
  return (one) =>
    (connectionId === null || one.connectionId === connectionId) &&
    (integrations === undefined || integrations.includes(one.integrationId)) &&
    (endUserId === null || one.endUser?.id === endUserId) &&
    (organizationId === null || one.endUser?.organization?.id === organizationId) &&
    (search === undefined || searchable(one).some((text) => text.includes(search))) &&
    tags.every(([key, value]) => one.tags[key] === value)
}

// Tags are not searched.
const searchable = ({ connectionId, endUser }: SimulatedConnection): string[] =>
  [connectionId, endUser?.displayName ?? '', endUser?.email ?? ''].map((text) => text.toLowerCase())

/** The connection that a path and its provider_config_key name; what a missing one is called differs from endpoint to endpoint. */
function locate (ctx: Context, call: Call, missing: NangoError, allowed: string[] = []): SimulatedConnection {
  strictQuery(call.query, ['provider_config_key', ...allowed])
  const check = new Check()
  const integrationId = check.integrationKey(call.query.get('provider_config_key') ?? undefined, ['provider_config_key'])
  check.done('invalid_query_params')
  const uri = new Check()
  const connectionId = uri.connectionId(call.params[0], ['connectionId'])
  uri.done('invalid_uri_params')
  if (findIntegration(ctx, integrationId) === undefined) {
    throw new NangoError(400, 'unknown_provider_config', { message: 'No integration has this provider_config_key' })
  }
  const connection = ctx.store.find(connectionId, integrationId)
  if (connection === undefined) throw missing
  return connection
}

const notFound = (): NangoError => new NangoError(404, 'not_found', { message: 'No connection with this id and provider_config_key' })

export async function readConnection (ctx: Context, call: Call): Promise<Answer> {
  const check = new Check()
  const [force, ...others] = FLAGS.map((name) => check.flag(call.query.get(name), [name]))
  check.done('invalid_query_params')
  const mayRead = hasScope(ctx, 'environment:connections:read_credentials')
  if (!mayRead && (force === true || others.includes(true))) {
    throw new NangoError(403, 'forbidden', { message: 'Refreshing needs the scope environment:connections:read_credentials' })
  }
  const connection = locate(ctx, call, notFound(), FLAGS)
  if (mayRead) {
    try {
      await ensureFresh(ctx, connection, force)
    } catch (error) {
      if (!(error instanceof RefreshFailed)) throw error
      throw new NangoError(error.status, 'invalid_credentials', {
        message: 'The credentials of this connection cannot be refreshed',
        payload: { connection: fullShape(connection, false) }
      })
    }
  }
  // Without that scope nothing is refreshed or checked: the answer looks healthy whatever the credentials are.
  return { status: 200, json: fullShape(connection, mayRead) }
}

/** Tags are replaced as a whole, and end_user alone replaces them by the ones made from it; updated_at stays. */
export function patchConnection (ctx: Context, call: Call): Answer {
  const connection = locate(ctx, call, notFound())
  const check = new Check()
  const body = check.strict(call.json, ['tags', 'end_user', 'webhook_url_override'])
  const endUser = parseEndUser(check, body['end_user'])
  const tags = body['tags'] === undefined ? undefined : check.tags(body['tags'], ['tags'])
  const override = body['webhook_url_override']
  const webhookUrl = override === undefined ? undefined : check.webhookUrl(override, ['webhook_url_override'])
  check.done('invalid_body')
  if (endUser !== null) connection.endUser = endUser
  if (tags !== undefined || endUser !== null) connection.tags = { ...tagsOf(endUser), ...tags }
  if (webhookUrl !== undefined) connection.webhookUrlOverride = webhookUrl
  return { status: 200, json: { success: true } }
}

/** Deleting twice is a 400 with a code of its own, where reading what is gone is a 404. Nothing is revoked at ROLLER. */
export function deleteConnection (ctx: Context, call: Call): Answer {
  const connection = locate(ctx, call, new NangoError(400, 'unknown_connection'))
  ctx.store.remove(connection)
  sendAuthWebhook(ctx, connection, 'deletion', { success: true })
  return { status: 200, json: { success: true } }
}
