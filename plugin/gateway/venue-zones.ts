/** Caches each venue's time zone from its responses, and adds it to the others, so that any client can show local times. */
import { isRecord } from '../util/is-record.ts'
import { readJson } from '../util/json.ts'
import { LRUCache } from 'lru-cache'
import { TTL_RESOLUTION } from '../util/clock.ts'
import { readTimeZone } from '../time/venue-time.ts'
import type { RollerCall } from './call.ts'
import { readable } from './readable.ts'
import type { Exchange } from './transport/exchange.ts'

const VENUE_OPERATION = 'GET /venues/me'
const MAX_VENUE_BYTES = 64 * 1024

export class VenueZones {
  readonly #zones = new LRUCache<string, string>({ max: 10_000, ttl: 24 * 3_600_000, ttlResolution: TTL_RESOLUTION })

  /** Adds Roller-Time-Zone to a response if the venue's zone is known. An unusable zone is unknown, never UTC. */
  async note ({ connectionId, operation }: RollerCall, exchange: Exchange): Promise<void> {
    if (operation?.name === VENUE_OPERATION && exchange.status === 200) {
      const body = await exchange.collect(MAX_VENUE_BYTES)
      this.#learn(connectionId, body === null ? null : readable(body, exchange.headers['content-encoding'], MAX_VENUE_BYTES))
    }
    const zone = this.#zones.get(connectionId)
    if (zone !== undefined) exchange.headers['roller-time-zone'] = zone
  }

  #learn (connectionId: string, body: Buffer | null): void {
    const venue = body === null ? null : readJson(body)
    const zone = isRecord(venue) ? readTimeZone(venue) : null
    if (zone === null) this.#zones.delete(connectionId)
    else this.#zones.set(connectionId, zone)
  }
}
