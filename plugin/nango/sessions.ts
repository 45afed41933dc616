/** Connect sessions: short-lived tokens with which a browser may create one venue's connection, for exactly one integration. */
import { checkConnectionId } from './connection-id.ts'
import type { NangoClient } from './client.ts'
import { checkWritten, lowerKeys, type Tags } from './connection.ts'
import { readState } from './connection-state.ts'
import { sessionEntry } from './entry.ts'
import { PROOF_FIELD } from './proof.ts'
import { readRow } from './row.ts'
import { ENTRY_TAG } from './venue.ts'
import { isRecord } from '../util/is-record.ts'

export interface SessionInput {
  readonly tags: Tags
  /** Browsers can read it: no secrets. */
  readonly connectionConfig?: Record<string, unknown>
  /** The URL for this connection's webhooks, in place of the environment's URLs. */
  readonly webhookUrlOverride?: string
  /** Copied into the connection that the session creates; identifies the connect link. */
  readonly proof?: string
}

export interface ConnectSession {
  readonly token: string
  /** Nango's hosted page. */
  readonly connectLink: string
  /** ISO 8601; in 30 minutes, fixed by Nango. */
  readonly expiresAt: string
}

export async function createSession (nango: NangoClient, input: SessionInput): Promise<ConnectSession> {
  checkWritten({ tags: input.tags })
  const { data } = await nango.call((sdk) => sdk.createConnectSession({
    tags: input.tags,
    // Never empty: Nango treats an empty list as every integration.
    allowed_integrations: [nango.integrationId],
    ...sessionExtras(nango, input)
  } as never)) // the SDK's type still requires the deprecated end_user
  return toSession(nango, data)
}

/**
 * A session for an existing connection. Nango deletes the tags, config and webhook URL that a reconnect session does not contain, so they
 * are read and sent again.
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

/** Revokes a session before it expires. */
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
 * The link of a self-hosted Nango lacks the address of its API, so the page would call Nango Cloud. Its host may also be internal to Nango.
 */
function completeLink (nango: NangoClient, link: string): string {
  if (nango.isCloud || !URL.canParse(link)) return link
  const { search } = new URL(link)
  const url = new URL(nango.connectUrl ?? link)
  // The page resolves its files relative to this path.
  if (nango.connectUrl !== null && !url.pathname.endsWith('/')) url.pathname += '/'
  url.search = search
  if (!url.searchParams.has('apiURL')) url.searchParams.set('apiURL', nango.publicHost)
  return url.href
}
