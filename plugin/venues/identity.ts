/** Finds out whose credentials a connection holds, and keeps it with the connection, so that nobody needs a database for it. */
import type { CallHandler, CatalogueEntry } from '../gateway/call.ts'
import { RollerError } from '../errors.ts'
import { parseJsonBytes } from '../json.ts'
import type { Connection } from '../nango/connection.ts'
import type { Connections } from '../nango/connections.ts'
import { toVenue, type RollerEnvironment, type Venue } from '../nango/venue.ts'

export interface IdentityOptions {
  readonly connections: Connections
  /** The road to ROLLER, before anything is asked of the venue. */
  readonly gateway: CallHandler
  /** `GET /venues/me`. */
  readonly entry: CatalogueEntry
  readonly environment: RollerEnvironment
}

const MAX_VENUE_BYTES = 64 * 1024
/** Somebody waits for it: a person who has just connected, or Nango for its answer. Milliseconds. */
const MAX_WAIT = 5_000

export class VenueIdentity {
  readonly #options: IdentityOptions

  constructor (options: IdentityOptions) {
    this.#options = options
  }

  /**
   * Asks ROLLER for the venue behind a connection: one call of its budget.
   * @throws RollerError
   */
  async read (connectionId: string): Promise<Venue> {
    const { gateway, entry, environment } = this.#options
    const answer = await gateway.send({
      method: 'GET', target: '/venues/me', connectionId, headers: { accept: 'application/json', 'cache-control': 'no-cache' }, body: null, operation: entry, maxWaitMs: MAX_WAIT
    })
    const body = await answer.collect(MAX_VENUE_BYTES).catch(() => null)
    answer.abort(new Error('not a venue'))
    const venue = answer.status === 200 && body !== null ? toVenue(parse(body), environment) : null
    if (venue !== null) return venue
    throw new RollerError('ROLLER_ERR_ANSWER', { detail: `ROLLER answered ${answer.status} to GET /venues/me, without a venue's id.` })
  }

  /**
   * Makes sure that a connection says which venue it is of.
   * @param reread asks ROLLER although the connection says it: credentials were entered again
   * @returns the connection as it stands now, with the warning venue-changed when its credentials are another venue's
   * @throws RollerError
   */
  async settle (connection: Connection, reread = false): Promise<Connection> {
    const { connections } = this.#options
    const { connectionId, venue: known, warnings } = connection
    if (known !== null && !reread) return connection
    const venue = await this.read(connectionId)
    if (known !== null && known.id !== venue.id) return await connections.keepPending(connectionId, venue)
    if (known !== null && !warnings.includes('venue-changed') && equal(known, venue)) return connection
    return await connections.keepVenue(connection, venue)
  }

  /**
   * Takes the venue whose credentials were entered for the one that the connection is of from now on.
   * @throws RollerError ROLLER_ERR_VALIDATION when it is not the venue that was named
   */
  async confirm (connection: Connection, venueId: string): Promise<Connection> {
    const venue = await this.read(connection.connectionId)
    if (venue.id !== venueId) {
      throw new RollerError('ROLLER_ERR_VALIDATION', {
        detail: `The credentials of this connection are those of the venue ${venue.id}.`,
        errors: [{ pointer: '/body/venueId', detail: 'is not the venue whose credentials were entered' }]
      })
    }
    return await this.#options.connections.keepVenue(connection, venue)
  }
}

function equal (a: Venue, b: Venue): boolean {
  return a.id === b.id && a.environment === b.environment && a.name === b.name && a.timeZone === b.timeZone && a.currency === b.currency && a.locale === b.locale
}

function parse (body: Buffer): unknown {
  try {
    return parseJsonBytes(body)
  } catch {
    return null
  }
}
