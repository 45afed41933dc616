/** Events in the life of a connection. Source: Nango's webhooks or polling of its list; the connection is read again in both cases. */
import type { Connection } from './connection.ts'

export type ConnectionEventName =
  | 'connection.created'
  /** The credentials were entered again. */
  | 'connection.reconnected'
  /** ROLLER rejects the credentials: the venue must reconnect. */
  | 'connection.failed'
  /** A failed connection works again. */
  | 'connection.recovered'
  | 'connection.deleted'
  /** Credentials of another venue were entered: calls are rejected until the venue is confirmed. */
  | 'connection.venue-changed'

interface ConnectionEventOf<Name extends ConnectionEventName> {
  readonly name: Name
  /** The same for every report of one change, for deduplication. */
  readonly id: string
  readonly connectionId: string
  /** ISO 8601; when the change was detected. */
  readonly noticedAt: string
  /** The current connection; null once it is deleted. */
  readonly connection: Connection | null
}

export type ConnectionEvent = { [Name in ConnectionEventName]: ConnectionEventOf<Name> }[ConnectionEventName]
