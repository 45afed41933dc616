import { randomUUID } from 'node:crypto'
import { findIntegration, isRoller, type Context, type SimulatedIntegration } from './context.ts'
import { NangoError, crash, withPayload } from './errors.ts'
import { Input, isDict } from './input.ts'
import { MintRejected, mint, type Minted } from './mint.ts'
import type { NangoRequest } from './server.ts'
import type { Session } from './store.ts'
import { sendAuthWebhook } from './webhooks.ts'

const PARAM = /^params\[([^\]]+)\]$/

/**
 * The endpoint that Connect UI and headless frontends call. The token request is the only check of the credentials. The session is not
 * consumed: an ordinary one creates a connection at every success, a reconnect session overwrites its connection.
 */
export async function createConnection (ctx: Context, { query, params, body }: NangoRequest, session: Session | null): Promise<object> {
  if (session === null) throw crash() // the route requires one
  const { clientId, clientSecret } = credentialsOf(body)
  const input = new Input(query)
  if (input.has('connection_id')) input.fail(['connection_id'], 'A session chooses the connection', 'custom')
  input.done('invalid_query_params')
  const integration = allowedIntegration(ctx, session, params['key'] ?? '')
  const target = session.reconnect === null ? null : ctx.store.find(session.reconnect.connectionId, session.reconnect.integrationId)
  if (target === undefined) throw new NangoError(400, 'invalid_connection')
  const minted = await mintOrExplain(ctx, integration, { clientId, clientSecret })
  const { connection, created } = ctx.store.upsert({
    ...minted,
    connectionId: target?.connectionId ?? randomUUID(),
    integrationId: integration.uniqueKey,
    provider: integration.provider,
    clientId,
    clientSecret,
    connectionConfig: { ...paramsOf(query), ...session.defaults[integration.uniqueKey] },
    // Both come from the session alone: a reconnect session created without tags deletes the tags.
    tags: { ...session.tags },
    webhookUrlOverride: session.webhookUrlOverride
  }, ctx.now())
  sendAuthWebhook(ctx, connection, created ? 'creation' : 'override')
  return { providerConfigKey: connection.integrationId, connectionId: connection.connectionId }
}

function allowedIntegration (ctx: Context, { allowedIntegrations }: Session, key: string): SimulatedIntegration {
  const integration = findIntegration(ctx, key)
  if (integration === undefined) throw withPayload(400, 'unknown_provider_config', 'No integration has this key')
  if (!isRoller(integration)) throw withPayload(400, 'invalid_auth_mode', 'The provider does not use OAUTH2_CC')
  if (allowedIntegrations?.includes(key) === false) {
    throw new NangoError(400, 'integration_not_allowed', { message: 'The session does not allow this integration' })
  }
  return integration
}

function credentialsOf (body: unknown): { clientId: string, clientSecret: string } {
  const { client_id: clientId, client_secret: clientSecret } = isDict(body) ? body : {}
  if (typeof clientId !== 'string' || clientId === '') throw withPayload(400, 'missing_client_id', 'No client_id')
  if (typeof clientSecret !== 'string' || clientSecret === '') throw withPayload(400, 'missing_client_secret', 'No client_secret')
  return { clientId, clientSecret }
}

const paramsOf = (query: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(query).flatMap(([key, value]) => {
    const name = PARAM.exec(key)?.[1]
    return name === undefined ? [] : [[name, value]]
  }))

/** A wrong secret and an unreachable token endpoint return the same code; only the payload differs. No webhook is sent. */
async function mintOrExplain (ctx: Context, integration: SimulatedIntegration, input: Parameters<typeof mint>[2]): Promise<Minted> {
  try {
    return await mint(ctx, integration, input)
  } catch (error) {
    if (!(error instanceof MintRejected)) throw crash()
    throw withPayload(400, 'client_credentials_fetch_error', error.message, error.payload)
  }
}
