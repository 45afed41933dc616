/** Serves the connect page's request for the venue that was connected. */
import { LRUCache } from 'lru-cache'
import { atMost } from '../util/at-most.ts'
import { RollerError } from '../errors.ts'
import { checkConnectionId } from '../nango/connection-id.ts'
import type { NangoClient } from '../nango/client.ts'
import { readState, type ConnectionState } from '../nango/connection-state.ts'
import type { Venue } from '../nango/venue.ts'
import type { ConnectionLifecycle } from '../venues/connection-lifecycle.ts'
import { findMade, readMade } from './link-use.ts'
import type { Tickets } from './ticket.ts'

export interface ConnectResultsOptions {
  readonly nango: NangoClient
  readonly tickets: Tickets
  readonly lifecycle: Pick<ConnectionLifecycle, 'identifies' | 'settleOrThrow'>
  /** Epoch milliseconds: the expiry of sessions is a date. */
  readonly now: () => number
}

/** The minimum that a person needs to recognize the venue. */
export interface ConnectResult {
  /**
   * `other-venue`: another venue's credentials were entered and must be confirmed. `unused`: the link has made no
   * connection.
   */
  readonly status: 'connected' | 'other-venue' | 'unused'
  readonly venue: Pick<Venue, 'name' | 'timeZone' | 'environment'> | null
}

/** Each request costs calls to Nango and one to ROLLER, and every holder of a link can send it. */
const MAX_REQUESTS = 20
const REMEMBERED_FOR = 40 * 60_000

export class ConnectResults {
  readonly #options: ConnectResultsOptions
  readonly #requests = new LRUCache<string, { count: number, settled: boolean }>({ ...atMost(10_000), ttl: REMEMBERED_FOR })

  constructor (options: ConnectResultsOptions) {
    this.#options = options
  }

  /**
   * @param given id of the connection that the link created; without it, the connection is searched
   * @throws RollerError ROLLER_ERR_LINK_ENDED for an invalid ticket, ROLLER_ERR_CONNECTION_UNKNOWN for a connection that its link has not
   *   created, whether the connection exists or not
   */
  async read (ticket: string, given?: string): Promise<ConnectResult> {
    const { nango, tickets, lifecycle, now } = this.#options
    const link = tickets.read(ticket, now())
    if (link === null) {
      throw new RollerError('ROLLER_ERR_LINK_ENDED', { detail: 'The link has expired, or was created by another gateway.' })
    }
    const requests = this.#count(link.proof)
    const row = given === undefined ? await findMade(nango, link) : await readMade(nango, checkConnectionId(given), link)
    if (row === null) {
      if (given === undefined) return { status: 'unused', venue: null }
      // The same error for another link's connection and for one that does not exist.
      throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN')
    }
    // Without `verifyVenues` the stored venue may belong to the previous credentials.
    if (!lifecycle.identifies) return { status: 'connected', venue: null }
    const read = readState(nango, row, now())
    const state = requests.settled ? read : await lifecycle.settleOrThrow(read)
    if (state.verification === 'unverified') {
      throw new RollerError('ROLLER_ERR_VENUE_UNVERIFIED', {
        detail: 'ROLLER has not confirmed the venue of these credentials yet.', retryAfter: 5
      })
    }
    requests.settled = true
    return toResult(state)
  }

  #count (proof: string): { count: number, settled: boolean } {
    const requests = this.#requests.get(proof) ?? { count: 0, settled: false }
    requests.count++
    this.#requests.set(proof, requests)
    if (requests.count > MAX_REQUESTS) {
      throw new RollerError('ROLLER_ERR_CALLER_RATE_LIMITED', {
        detail: 'Too many requests for this link.', retryAfter: REMEMBERED_FOR / 1000
      })
    }
    return requests
  }
}

function toResult ({ connection: { venue, pendingVenue } }: ConnectionState): ConnectResult {
  if (pendingVenue !== null) {
    return { status: 'other-venue', venue: { name: pendingVenue.name, timeZone: null, environment: venue?.environment ?? 'live' } }
  }
  if (venue === null) return { status: 'connected', venue: null }
  return { status: 'connected', venue: { name: venue.name, timeZone: venue.timeZone, environment: venue.environment } }
}
