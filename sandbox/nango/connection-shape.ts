import type { SimulatedConnection } from './store.ts'

const sharedShape = (connection: SimulatedConnection): object => ({
  id: connection.id,
  connection_id: connection.connectionId,
  provider_config_key: connection.integrationId,
  provider: connection.provider,
  errors: connection.errors,
  end_user: null,
  tags: connection.tags,
  metadata: connection.metadata
})

// Nango writes the same instant as +00:00 when it reads a connection and as Z when it imports one.
const stamp = (ms: number, zone: 'Z' | '+00:00'): string => new Date(ms).toISOString().replace('Z', zone)

/** A row of the list: without credentials, whatever the scope. */
export const listShape = (connection: SimulatedConnection): object =>
  ({ ...sharedShape(connection), created: stamp(connection.createdAt, '+00:00') })

/** A connection without its credentials. */
export const rowShape = (connection: SimulatedConnection, zone: 'Z' | '+00:00' = '+00:00'): object => ({
  ...sharedShape(connection),
  connection_config: connection.connectionConfig,
  webhook_url_override: connection.webhookUrlOverride,
  created_at: stamp(connection.createdAt, zone),
  updated_at: stamp(connection.updatedAt, zone),
  last_fetched_at: connection.lastFetchedAt === null ? null : stamp(connection.lastFetchedAt, zone)
})

type Credentials = Pick<SimulatedConnection, 'token' | 'expiresAt' | 'clientId' | 'clientSecret'> &
  Partial<Pick<SimulatedConnection, 'raw'>>

/** Includes the client secret in clear text, as in Nango's response. */
export const credentialsOf = ({ token, expiresAt, clientId, clientSecret, raw }: Credentials): object => ({
  type: 'OAUTH2_CC',
  token,
  ...(expiresAt !== null && { expires_at: new Date(expiresAt).toISOString() }),
  client_id: clientId,
  client_secret: clientSecret,
  ...(raw !== undefined && { raw })
})
