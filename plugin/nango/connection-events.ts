/**
 * What happens to connections. Nango's webhooks say it, or a look at its list of connections; either way the connection has been read anew.
 */
import type { Connection } from './connection.ts'

export type ConnectionEventName =
  | 'connection.created'
  /** Credentials were entered again. */
  | 'connection.reconnected'
  /** ROLLER gives no new token: the venue must enter its credentials again. */
  | 'connection.failed'
  /** A failed one works again. */
  | 'connection.recovered'
  | 'connection.deleted'
  /** Credentials of another venue were entered: calls are rejected until the venue is confirmed. */
  | 'connection.venue-changed'

interface ConnectionEventOf<Name extends ConnectionEventName> {
  readonly name: Name
  /** The same for every report of the same change. */
  readonly id: string
  readonly connectionId: string
  /** ISO 8601; when it was noticed. */
  readonly noticedAt: string
  /** As it stands now; null when it is gone. */
  readonly connection: Connection | null
}

export type ConnectionEvent = { [Name in ConnectionEventName]: ConnectionEventOf<Name> }[ConnectionEventName]
