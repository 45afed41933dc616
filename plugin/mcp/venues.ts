/** The venues that a caller may use, by the names that a person uses. */
import { RollerError } from '../errors.ts'
import { isVenueId } from '../nango/venue.ts'
import { toVenueLocal } from '../time/venue-time.ts'
import type { CallContext } from './call-context.ts'
import type { VenueListResult } from './schemas.ts'
import { MAX_VENUES, toKnown, type KnownVenue, type VenueList } from './venue-lists.ts'

export interface ResolvedVenue {
  readonly connectionId: string
  readonly name: string
}

/** Venues in one result. */
const PAGE = 100

/** @param name part of it; undefined: all */
export async function listVenues (
  context: CallContext, { name, page = 1 }: { name?: string | undefined, page?: number | undefined }
): Promise<VenueListResult> {
  // A venue that was just connected is found; the pages that follow are of the same list.
  const { venues, complete } = await listOf(context, name === undefined && page === 1)
  const found = name === undefined ? venues : venues.filter((venue) => fold(venue.name ?? '').includes(fold(name)))
  const shown = found.slice((page - 1) * PAGE, page * PAGE)
  const notes = [
    ...(page * PAGE < found.length ? [`There are more: send page ${page + 1}, or a part of the name.`] : []),
    ...(complete ? [] : [`Listed: the first ${MAX_VENUES} venues. Others can be called by the venue's id, not by its name.`])
  ]
  return {
    venues: shown.map(({ connectionId: _, ...venue }) => ({
      ...venue, localTime: venue.timeZone === null ? null : toVenueLocal(Date.now(), venue.timeZone).slice(0, 19)
    })),
    found: found.length,
    ...(notes.length > 0 && { truncated: notes.join(' ') })
  }
}

/**
 * Finds the connection of a venue among the caller's own. A venue of another caller is treated like one that does not exist.
 * @param venue ROLLER's id or the venue's name; undefined where there is only one to choose
 * @throws RollerError ROLLER_ERR_CONNECTION_REQUIRED, ROLLER_ERR_CONNECTION_AMBIGUOUS or ROLLER_ERR_CONNECTION_UNKNOWN
 */
export async function resolveVenue (context: CallContext, venue: string | undefined): Promise<ResolvedVenue> {
  const { request, registration: { access } } = context
  if (access.chosenByServer) {
    const { venues: [sole] } = await listOf(context)
    if (sole === undefined || (venue !== undefined && venue !== sole.id && !isNamed(sole, venue))) throw unknownVenue()
    return { connectionId: sole.connectionId, name: sole.name ?? sole.id ?? 'this venue' }
  }
  if (venue !== undefined && isVenueId(venue) && /^\d+$/.test(venue)) {
    return { connectionId: await access.addressVenue(request, venue), name: venue }
  }
  const { venues: all, complete } = await listOf(context)
  // The first call of a new connection verifies its venue.
  const [only] = all
  if (venue === undefined && all.length === 1 && only?.id === null) return { connectionId: only.connectionId, name: only.connectionId }
  if (venue === undefined && all.length > 1 && all.some(({ id }) => id === null)) {
    throw new RollerError('ROLLER_ERR_CONNECTION_REQUIRED', {
      detail: 'The call names no venue, and there is one beside others whose id is not known yet.'
    })
  }
  const found = venue === undefined ? all : all.filter((one) => one.id === venue || isNamed(one, venue))
  const ids = [...new Set(found.flatMap(({ id }) => id ?? []))]
  const [id] = ids
  if (id === undefined) throw unknownVenue(complete ? undefined : `The venue is not among the first ${MAX_VENUES}: send its id.`)
  if (ids.length > 1) {
    throw venue === undefined
      ? new RollerError('ROLLER_ERR_CONNECTION_REQUIRED', { detail: `The call names no venue, and there are ${ids.length}.` })
      : new RollerError('ROLLER_ERR_CONNECTION_AMBIGUOUS', { detail: `The name fits the venues ${ids.slice(0, 10).join(', ')}.` })
  }
  return { connectionId: await access.addressVenue(request, id), name: found.find((one) => one.id === id)?.name ?? id }
}

/** Rights are never taken from the list: each call checks again that the connection is the caller's. */
async function listOf ({ request, venueLists, registration: { access, connections } }: CallContext, fresh = false): Promise<VenueList> {
  if (access.chosenByServer) return { venues: [toKnown(await connections.get(await access.address(request)))], complete: true }
  return await venueLists.of(await access.identify(request), fresh)
}

function isNamed ({ name: own }: KnownVenue, name: string): boolean { return own !== null && fold(own) === fold(name) }

/** Models copy names with other case and spaces. */
function fold (name: string): string { return name.normalize('NFKC').trim().toLowerCase() }

function unknownVenue (detail = 'This caller has no venue of that id or name.'): RollerError {
  return new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN', { detail })
}
