import type { EndUser, SimulatedConnection } from './store.ts'

type Zone = 'Z' | '+00:00'

const endUserShape = (endUser: EndUser | null): Record<string, unknown> | null => endUser && {
  id: endUser.id,
  display_name: endUser.displayName ?? null,
  email: endUser.email ?? null,
  tags: endUser.tags,
  organization: endUser.organization
    ? { id: endUser.organization.id, display_name: endUser.organization.displayName ?? null }
    : null
}

// Nango writes the same instant as +00:00 when it reads a connection, and as Z when it imports one.
const stamp = (ms: number, zone: Zone): string => new Date(ms).toISOString().replace('Z', zone)

/** A row of the list: never a credential, whatever the scope. */
export const listShape = (connection: SimulatedConnection): Record<string, unknown> => ({
  id: connection.id,
  connection_id: connection.connectionId,
  provider_config_key: connection.integrationId,
  provider: connection.provider,
  created: stamp(connection.createdAt, '+00:00'),
  metadata: connection.metadata,
  tags: connection.tags,
  end_user: endUserShape(connection.endUser),
  errors: connection.errors
})

/** The client secret is in here in clear, as in the real answer. */
const credentialsShape = (connection: SimulatedConnection): Record<string, unknown> => ({
  type: 'OAUTH2_CC',
  token: connection.token,
  ...(connection.expiresAt === null ? {} : { expires_at: new Date(connection.expiresAt).toISOString() }),
  client_id: connection.clientId,
  client_secret: connection.clientSecret,
  raw: connection.raw
})

export const fullShape = (connection: SimulatedConnection, withCredentials: boolean, zone: Zone = '+00:00'): Record<string, unknown> => ({
  id: connection.id,
  connection_id: connection.connectionId,
  provider_config_key: connection.integrationId,
  provider: connection.provider,
  errors: connection.errors,
  end_user: endUserShape(connection.endUser),
  tags: connection.tags,
  metadata: connection.metadata,
  connection_config: connection.connectionConfig,
  webhook_url_override: connection.webhookUrlOverride,
  created_at: stamp(connection.createdAt, zone),
  updated_at: stamp(connection.updatedAt, zone),
  last_fetched_at: connection.lastFetchedAt === null ? null : stamp(connection.lastFetchedAt, zone),
  credentials: withCredentials ? credentialsShape(connection) : {}
})
