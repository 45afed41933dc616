/** Connect sessions: short-lived tokens with which a browser may make one venue's connection, for exactly one integration. */
import { checkConnectionId } from './connection-id.ts'
import { isRecord, type NangoClient } from './client.ts'
import { checkWritten, lowerKeys, type Tags } from './connection.ts'
import { readState } from './connection-state.ts'
import { sessionEntry } from './entry.ts'
import { PROOF_FIELD } from './proof.ts'
import { readRow } from './row.ts'
import { ENTRY_TAG } from './venue.ts'

export interface SessionInput {
  readonly tags: Tags
  /** Readable by the browser: no secrets. */
  readonly connectionConfig?: Record<string, unknown>
  /** Where Nango sends this connection's webhooks instead of the environment's URLs. */
  readonly webhookUrlOverride?: string
  /** Written into the connection that the session makes: what the connect page's link is known by. */
  readonly proof?: string
}

export interface ConnectSession {
  readonly token: string
  /** Nango's hosted page. */
  readonly connectLink: string
  /** ISO 8601; 30 minutes from now, fixed by Nango. */
  readonly expiresAt: string
}

export async function createSession (nango: NangoClient, input: SessionInput): Promise<ConnectSession> {
  checkWritten({ tags: input.tags })
  const { data } = await nango.call((sdk) => sdk.createConnectSession({
    tags: input.tags,
    // Never empty: an empty list means every integration to Nango.
    allowed_integrations: [nango.integrationId],
    ...sessionExtras(nango, input)
  } as never)) // the SDK's type still asks for the deprecated end_user
  return toSession(nango, data)
}

/**
 * A session for an existing connection. Nango wipes the tags, config and webhook URL that a reconnect session does not repeat, so they are
 * read and sent again.
 */
export async function createReconnectSession (
  nango: NangoClient, connectionId: string, input: Partial<SessionInput> = {}
): Promise<ConnectSession> {
  checkConnectionId(connectionId)
  if (input.tags !== undefined) checkWritten({ tags: input.tags })
  const kept = await readKept(nango, connectionId)
  const { data } = await nango.call((sdk) => sdk.createReconnectSession({
    connection_id: connectionId,
    integration_id: nango.integrationId,
    // Never the value that verified the credentials before.
    tags: { ...kept.tags, ...lowerKeys(input.tags ?? {}), [ENTRY_TAG]: sessionEntry(kept.tags) },
    ...sessionExtras(nango, { ...kept, ...input })
  } as never)) // as above
  return toSession(nango, data)
}

/** Takes a session's right away before it ends by itself. */
export async function endSession (nango: NangoClient, token: string): Promise<void> {
  await nango.call((sdk) => sdk.http.delete(`${nango.host}/connect/session`, { headers: { Authorization: `Bearer ${token}` } }))
}

function sessionExtras (
  nango: NangoClient, { connectionConfig, webhookUrlOverride, proof }: Partial<SessionInput>
): Record<string, unknown> {
  const config = { ...connectionConfig, ...(proof !== undefined && { [PROOF_FIELD]: proof }) }
  return {
    ...(Object.keys(config).length > 0 && { integrations_config_defaults: { [nango.integrationId]: { connection_config: config } } }),
    ...(webhookUrlOverride !== undefined && { webhook_url_override: webhookUrlOverride })
  }
}

async function readKept (nango: NangoClient, connectionId: string): Promise<Partial<SessionInput> & { tags: Tags }> {
  const row = await readRow(nango, connectionId)
  return {
    tags: readState({ clientIds: nango.clientIds }, row, 0).connection.tags,
    ...(isRecord(row.connection_config) && { connectionConfig: row.connection_config }),
    ...(typeof row.webhook_url_override === 'string' && { webhookUrlOverride: row.webhook_url_override })
  }
}

function toSession (nango: NangoClient, data: { token: string, connect_link: string, expires_at: string }): ConnectSession {
  return { token: data.token, connectLink: completeLink(nango, data.connect_link), expiresAt: data.expires_at }
}

/**
 * The link of a self-hosted Nango lacks the address of its own API, and would talk to Nango Cloud; and it may be of an address that only
 * Nango knows.
 */
function completeLink (nango: NangoClient, link: string): string {
  if (nango.isCloud || !URL.canParse(link)) return link
  const { search } = new URL(link)
  const url = new URL(nango.connectUrl ?? link)
  // Its files are found only from a path that ends so.
  if (nango.connectUrl !== null && !url.pathname.endsWith('/')) url.pathname += '/'
  url.search = search
  if (!url.searchParams.has('apiURL')) url.searchParams.set('apiURL', nango.publicHost)
  return url.href
}
