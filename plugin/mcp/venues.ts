/** The venues that a caller may use, by the names that a person uses. */
import { LRUCache } from 'lru-cache'
import { RollerError } from '../errors.ts'
import type { Connection } from '../nango/connection.ts'
import { isVenueId } from '../nango/venue.ts'
import { listOwn } from '../routes/own-connections.ts'
import { toVenueLocal } from '../time/venue-time.ts'
import { atMost } from '../util/at-most.ts'
import { TTL_RESOLUTION } from '../util/clock.ts'
import type { CallContext, VenueLists } from './call-context.ts'

/** A venue as the tools name it. */
export interface ListedVenue {
  /** ROLLER's id; null until ROLLER has confirmed which venue the credentials belong to. */
  readonly id: string | null
  readonly name: string | null
  readonly timeZone: string | null
  /** Now, in the venue's zone: `2026-11-28T09:30:00`. */
  readonly localTime: string | null
  readonly currency: string | null
  readonly status: Connection['status']
  readonly warnings: readonly string[]
}

export interface ResolvedVenue {
  readonly connectionId: string
  readonly name: string
}

/** One page of connections: also how many venues can be found by their name. */
const PAGE = 200

/** Names are looked up in a list of at most this age: Nango limits requests for it. Milliseconds. */
const LIST_AGE = 30_000

export function createVenueLists (): VenueLists { return new LRUCache({ ...atMost(1_000), ttl: LIST_AGE, ttlResolution: TTL_RESOLUTION }) }

/** @returns at most PAGE venues, and a note where there are more */
export async function listVenues (context: CallContext): Promise<{ readonly venues: ListedVenue[], readonly truncated?: string }> {
  const connections = await connectionsOf(context, true)
  const venues = connections.map(({ venue, status, warnings }) => ({
    id: venue?.id ?? null,
    name: venue?.name ?? null,
    timeZone: venue?.timeZone ?? null,
    localTime: venue?.timeZone ? toVenueLocal(Date.now(), venue.timeZone).slice(0, 19) : null,
    currency: venue?.currency ?? null,
    status,
    warnings
  }))
  return connections.length < PAGE
    ? { venues }
    : { venues, truncated: `Shown: the first ${PAGE}. Others can be called by the venue's id, not by its name.` }
}

/**
 * Finds the connection of a venue among the caller's own. A venue of another caller is treated like one that does not exist.
 * @param venue ROLLER's id or the venue's name; undefined where there is only one to choose
 * @throws RollerError ROLLER_ERR_CONNECTION_REQUIRED, ROLLER_ERR_CONNECTION_AMBIGUOUS or ROLLER_ERR_CONNECTION_UNKNOWN
 */
export async function resolveVenue (context: CallContext, venue: string | undefined): Promise<ResolvedVenue> {
  const { request, registration: { access } } = context
  if (access.chosenByServer) {
    const [sole] = await connectionsOf(context)
    const name = sole?.venue?.name ?? sole?.venue?.id ?? 'this venue'
    if (sole === undefined || (venue !== undefined && venue !== sole.venue?.id && !isNamed(sole, venue))) throw unknownVenue()
    return { connectionId: sole.connectionId, name }
  }
  if (venue !== undefined && isVenueId(venue) && /^\d+$/.test(venue)) {
    return { connectionId: await access.addressVenue(request, venue), name: venue }
  }
  const all = await connectionsOf(context)
  // The first call of a new connection verifies its venue.
  const [only] = all
  if (venue === undefined && all.length === 1 && only?.venue === null) return { connectionId: only.connectionId, name: only.connectionId }
  const found = venue === undefined ? all : all.filter((one) => one.venue?.id === venue || isNamed(one, venue))
  const ids = [...new Set(found.flatMap((one) => one.venue === null ? [] : [one.venue.id]))]
  const [id] = ids
  if (id === undefined) throw unknownVenue()
  if (ids.length > 1) {
    throw venue === undefined
      ? new RollerError('ROLLER_ERR_CONNECTION_REQUIRED', { detail: `The call names no venue, and there are ${ids.length}.` })
      : new RollerError('ROLLER_ERR_CONNECTION_AMBIGUOUS', { detail: `The name fits the venues ${ids.slice(0, 10).join(', ')}.` })
  }
  const name = found.find((one) => one.venue?.id === id)?.venue?.name ?? id
  return { connectionId: await access.addressVenue(request, id), name }
}

/** Rights are never taken from the list: each call checks again that the connection is the caller's. */
async function connectionsOf (
  { request, venueLists, registration: { access, connections } }: CallContext, fresh = false
): Promise<readonly Connection[]> {
  if (access.chosenByServer) return [await connections.get(await access.address(request))]
  const limits = await access.identify(request)
  const key = JSON.stringify([limits?.tags, limits?.connections])
  const known = fresh ? undefined : venueLists.get(key)
  if (known !== undefined) return known
  const page = limits?.connections === undefined
    ? await connections.list({ tags: limits?.tags ?? {}, limit: PAGE })
    : await listOwn(connections, limits.connections, { tags: limits.tags, limit: PAGE })
  venueLists.set(key, page.connections)
  return page.connections
}

function isNamed ({ venue }: Connection, name: string): boolean {
  return typeof venue?.name === 'string' && venue.name.trim().toLowerCase() === name.trim().toLowerCase()
}

function unknownVenue (): RollerError {
  return new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN', { detail: 'This caller has no venue of that id or name.' })
}
