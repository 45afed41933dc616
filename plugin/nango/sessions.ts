/** Connect sessions: short-lived tokens with which a browser may make one venue's connection, for exactly one integration. */
import { RollerError } from '../errors.ts'
import { guardConnectionId } from '../gateway/guard.ts'
import { isRecord, type NangoClient } from './client.ts'
import { lowerKeys, toConnection, type Tags } from './connection.ts'

export interface SessionInput {
  readonly tags: Tags
  /** Readable by the browser: no secrets. */
  readonly connectionConfig?: Record<string, unknown>
  /** Where Nango sends this connection's webhooks instead of the environment's URLs. */
  readonly webhookUrlOverride?: string
}

export interface ConnectSession {
  readonly token: string
  /** Nango's hosted page. */
  readonly connectLink: string
  /** ISO 8601; 30 minutes from now, fixed by Nango. */
  readonly expiresAt: string
}

export async function createSession (nango: NangoClient, input: SessionInput): Promise<ConnectSession> {
  const { data } = await nango.call((sdk) => sdk.createConnectSession({
    tags: input.tags,
    // Never empty: an empty list means every integration to Nango.
    allowed_integrations: [nango.integrationId],
    ...sessionExtras(nango, input)
  } as never)) // the SDK's type still asks for the deprecated end_user
  return toSession(nango, data)
}

/**
 * A session for an existing connection. Nango wipes the tags, config and webhook URL that a reconnect session does not repeat, so they are read
 * and sent again.
 */
export async function createReconnectSession (nango: NangoClient, connectionId: string, input: Partial<SessionInput> = {}): Promise<ConnectSession> {
  guardConnectionId(connectionId)
  const kept = await readKept(nango, connectionId)
  const { data } = await nango.call((sdk) => sdk.createReconnectSession({
    connection_id: connectionId,
    integration_id: nango.integrationId,
    tags: { ...kept.tags, ...lowerKeys(input.tags ?? {}) },
    ...sessionExtras(nango, { ...kept, ...input })
  } as never)) // as above
  return toSession(nango, data)
}

/** Takes a session's right away before it ends by itself. */
export async function endSession (nango: NangoClient, token: string): Promise<void> {
  await nango.call((sdk) => sdk.http.delete(`${nango.host}/connect/session`, { headers: { Authorization: `Bearer ${token}` } }))
}

function sessionExtras (nango: NangoClient, { connectionConfig, webhookUrlOverride }: Partial<SessionInput>): Record<string, unknown> {
  return {
    ...(connectionConfig !== undefined && Object.keys(connectionConfig).length > 0 && {
      integrations_config_defaults: { [nango.integrationId]: { connection_config: connectionConfig } }
    }),
    ...(webhookUrlOverride !== undefined && { webhook_url_override: webhookUrlOverride })
  }
}

async function readKept (nango: NangoClient, connectionId: string): Promise<Partial<SessionInput> & { tags: Tags }> {
  const raw = await nango.call(
    (sdk) => sdk.getConnection(nango.integrationId, encodeURIComponent(connectionId)).catch(connectionInError)
  )
  const row = isRecord(raw) ? raw : {}
  if (row.connection_id !== connectionId) throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN')
  return {
    tags: toConnection(row).tags,
    ...(isRecord(row.connection_config) && { connectionConfig: row.connection_config }),
    ...(typeof row.webhook_url_override === 'string' && { webhookUrlOverride: row.webhook_url_override })
  }
}

/** A connection that needs reconnecting is just the one whose credentials are refused; Nango then sends it along with the error. */
function connectionInError (thrown: unknown): unknown {
  const data = (thrown as { response?: { data?: unknown } }).response?.data // axios' own shape
  const error = isRecord(data) && isRecord(data.error) ? data.error : {}
  const payload = isRecord(error.payload) ? error.payload : {}
  const row = isRecord(payload.connection) ? payload.connection : payload
  if (error.code === 'invalid_credentials' && typeof row.connection_id === 'string') return row
  throw thrown
}

function toSession (nango: NangoClient, data: { token: string, connect_link: string, expires_at: string }): ConnectSession {
  return { token: data.token, connectLink: completeLink(nango, data.connect_link), expiresAt: data.expires_at }
}

const CLOUD_HOST = 'https://api.nango.dev'

/** The link of a self-hosted Nango lacks the address of its own API, and would talk to Nango Cloud. */
function completeLink (nango: NangoClient, link: string): string {
  if (nango.host === CLOUD_HOST || !URL.canParse(link)) return link
  const url = new URL(link)
  if (!url.searchParams.has('apiURL')) url.searchParams.set('apiURL', nango.host)
  return url.href
}
