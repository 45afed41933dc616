/** A caller's venues as Nango lists them, kept for some seconds: Nango limits requests for it, and agents name venues in every call. */
import { LRUCache } from 'lru-cache'
import type { Connection } from '../nango/connection.ts'
import type { Limits } from '../routes/host-answers.ts'
import { listOwn } from '../routes/own-connections.ts'
import { TTL_RESOLUTION } from '../util/clock.ts'
import type { ManagedConnections } from '../venues/managed-connections.ts'
import type { ListedVenue } from './schemas.ts'

export interface KnownVenue extends Omit<ListedVenue, 'localTime'> {
  readonly connectionId: string
}

export interface VenueList {
  /** In the order of their names. */
  readonly venues: readonly KnownVenue[]
  /** False where there are more than MAX_VENUES. */
  readonly complete: boolean
}

/** Nango's largest page. */
const PAGE = 1_000
const MAX_PAGES = 10
/** How many venues of one caller can be found by their names. */
export const MAX_VENUES = PAGE * MAX_PAGES
/** Nango reads one connection by its id in one request; of more, the whole list is shorter. */
const MAX_SINGLE_READS = 20
/** In all lists together. */
const MAX_KEPT = 100_000
/** Milliseconds. */
const LIST_AGE = 30_000

export class VenueLists {
  readonly #lists: LRUCache<string, VenueList, Limits | null>

  constructor (connections: ManagedConnections) {
    this.#lists = new LRUCache({
      maxSize: MAX_KEPT,
      sizeCalculation: ({ venues }) => venues.length + 1,
      ttl: LIST_AGE,
      ttlResolution: TTL_RESOLUTION,
      ignoreFetchAbort: true, // a list that is pushed out while it is read still goes to those who wait for it
      fetchMethod: async (_key, _stale, { context: limits }) => await read(connections, limits)
    })
  }

  /** Concurrent callers share one read. @param fresh reads the list again */
  async of (limits: Limits | null, fresh: boolean): Promise<VenueList> {
    const key = JSON.stringify([limits?.tags, limits?.connections])
    return await this.#lists.fetch(key, { context: limits, forceRefresh: fresh }) ?? { venues: [], complete: true }
  }
}

export function toKnown ({ connectionId, venue, status, warnings }: Connection): KnownVenue {
  return {
    connectionId,
    id: venue?.id ?? null,
    name: venue?.name ?? null,
    timeZone: venue?.timeZone ?? null,
    currency: venue?.currency ?? null,
    status,
    warnings
  }
}

async function read (connections: ManagedConnections, limits: Limits | null): Promise<VenueList> {
  const { tags = {}, connections: ids } = limits ?? {}
  if (ids !== undefined && ids.length <= MAX_SINGLE_READS) {
    return { venues: sorted((await listOwn(connections, ids, { tags, limit: MAX_SINGLE_READS })).connections), complete: true }
  }
  const own = ids === undefined ? null : new Set(ids)
  const found: Connection[] = []
  let page: number | null = 0
  while (page !== null && page < MAX_PAGES) {
    const { connections: some, nextPage } = await connections.list({ tags, limit: PAGE, page })
    found.push(...some.filter(({ connectionId }) => own?.has(connectionId) !== false))
    page = nextPage
  }
  return { venues: sorted(found), complete: page === null }
}

function sorted (connections: readonly Connection[]): KnownVenue[] {
  const { compare } = new Intl.Collator('en')
  return connections.map(toKnown).sort((a, b) => compare(a.name ?? '', b.name ?? ''))
}
