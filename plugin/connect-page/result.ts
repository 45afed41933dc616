/** Answers the connect page's one question: which venue was that? */
import { createHash, timingSafeEqual } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { isRollerError, RollerError } from '../errors.ts'
import { guardConnectionId } from '../gateway/guard.ts'
import { isRecord, type NangoClient } from '../nango/client.ts'
import { toConnection } from '../nango/connection.ts'
import { PROOF_FIELD } from '../nango/proof.ts'
import { readRow } from '../nango/row.ts'
import { readPending, type Venue } from '../nango/venue.ts'
import type { ConnectionLife } from '../venues/life.ts'
import type { Tickets } from './ticket.ts'

export interface ConnectResultsOptions {
  readonly nango: NangoClient
  readonly tickets: Tickets
  readonly life: Pick<ConnectionLife, 'settle'>
  /** Drops what was made with a connection's earlier credentials: it would tell the earlier venue. */
  readonly forgetCredentials: (connectionId: string) => Promise<void>
  /** Milliseconds since 1970: sessions end by the calendar. */
  readonly now: () => number
}

/** As little as a person needs to see that it is the right venue. */
export interface ConnectResult {
  /** `other-venue`: the keys of another venue were entered, and somebody has to say that this was meant. */
  readonly status: 'connected' | 'other-venue'
  readonly venue: Pick<Venue, 'name' | 'timeZone' | 'environment'> | null
}

/** Each question is up to four calls to Nango and one to ROLLER, and whoever holds a link may ask. */
const MAX_QUESTIONS = 20
const REMEMBERED_FOR = 40 * 60_000

export class ConnectResults {
  readonly #options: ConnectResultsOptions
  readonly #asked = new LRUCache<string, { count: number, settled: boolean }>({ max: 10_000, ttl: REMEMBERED_FOR })

  constructor (options: ConnectResultsOptions) {
    this.#options = options
  }

  /**
   * @throws RollerError ROLLER_ERR_LINK_ENDED for a ticket that is not good, ROLLER_ERR_CONNECTION_UNKNOWN for a connection that its link has not
   *   made, whether there is such a connection or not
   */
  async read (ticket: string, connectionId: string): Promise<ConnectResult> {
    const { nango, tickets, life, forgetCredentials, now } = this.#options
    const proof = tickets.read(ticket, now())
    if (proof === null) {
      throw new RollerError('ROLLER_ERR_LINK_ENDED', { detail: 'This link has ended, or is not one of this gateway\'s.' })
    }
    const asked = this.#count(proof)
    guardConnectionId(connectionId)
    let row = await readRow(nango, connectionId).catch((error: unknown): Record<string, unknown> => {
      if (isRollerError(error) && error.code === 'ROLLER_ERR_CONNECTION_UNKNOWN') return {} // holds no proof either
      throw error
    })
    // In the same words for one that is another's and for one that is not there.
    if (!holds(row, proof)) throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN')
    if (!asked.settled) {
      // Known before: then these credentials were entered again, and may be another venue's.
      const again = toConnection(row).venue !== null
      if (again) await forgetCredentials(connectionId)
      await life.settle(connectionId, again)
      asked.settled = true
      row = await readRow(nango, connectionId)
    }
    const { venue } = toConnection(row)
    const pending = readPending(row.metadata)
    if (pending !== null) return { status: 'other-venue', venue: { name: pending.name, timeZone: null, environment: venue?.environment ?? 'live' } }
    return { status: 'connected', venue: venue === null ? null : { name: venue.name, timeZone: venue.timeZone, environment: venue.environment } }
  }

  #count (proof: string): { count: number, settled: boolean } {
    const asked = this.#asked.get(proof) ?? { count: 0, settled: false }
    asked.count++
    this.#asked.set(proof, asked)
    if (asked.count > MAX_QUESTIONS) throw new RollerError('ROLLER_ERR_RATE_LIMIT', { detail: 'This link was asked about too often.', retryAfter: REMEMBERED_FOR / 1000 })
    return asked
  }
}

function holds (row: Record<string, unknown>, proof: string): boolean {
  const config = isRecord(row.connection_config) ? row.connection_config : {}
  const held = config[PROOF_FIELD]
  return typeof held === 'string' && timingSafeEqual(digest(held), digest(proof))
}

function digest (text: string): Buffer { return createHash('sha256').update(text).digest() }
