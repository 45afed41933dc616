/** The venues of an export, by their connections. */
import type { ConnectionPage, Roller } from 'fastify-roller'
import { readTimeZone } from 'fastify-roller/time'
import { reasonOf } from './failures.ts'
import { limited } from './limited.ts'
import type { ExportOptions } from './options.ts'
import type { Venue } from './plan.ts'
import type { Missing } from './venue-export.ts'

type Gateway = Pick<Roller, 'connections' | 'request'>

const HEALTHY = 'connected'

/** Makes a call, and perhaps again if it fails. */
export type Attempt = <T>(call: () => Promise<T>) => Promise<T>

interface HowToFind {
  /** Asks ROLLER for venues that are not known. One that fails is missing: the others do not wait for it. */
  readonly verify: boolean
  /** Of the list of connections, without which there is no export. */
  readonly attempt: Attempt
}

/** Of several connections of a venue the newest that works. */
export async function findVenues (roller: Gateway, { venues: wanted, tags }: ExportOptions, { verify, attempt }: HowToFind): Promise<{
  venues: Venue[], missing: Missing[]
}> {
  const found = new Map<string, Venue & { readonly healthy: boolean, readonly createdAt: string }>()
  const missing: Missing[] = []
  const list = async (page: number): Promise<ConnectionPage> => await attempt(() => roller.connections.list({ tags, limit: 1000, page }))
  for (let page: number | null = 0; page !== null;) {
    const { connections, nextPage } = await list(page)
    const verified = verify ? await askVenues(roller, connections.filter(({ venue }) => venue === null), missing) : null
    for (const { connectionId, venue, status, createdAt } of connections) {
      const known = venue ?? (verified === null ? { id: connectionId, name: null, timeZone: null } : verified.get(connectionId) ?? null)
      if (known === null || (wanted !== null && !wanted.includes(known.id))) continue
      const one = { ...known, connectionId, createdAt, healthy: status === HEALTHY }
      const other = found.get(known.id)
      const isBetter = other === undefined || (one.healthy !== other.healthy ? one.healthy : one.createdAt > other.createdAt)
      if (isBetter) found.set(known.id, one)
    }
    page = nextPage
  }
  for (const id of wanted ?? []) {
    if (!found.has(id)) {
      const reason = verify ? 'No connection is of this venue.' : 'No verified connection is of this venue; a dry run verifies none.'
      missing.push({ venue: id, report: null, days: [], reason, whatToDo: 'Check --venues and --tags, or connect it.' })
    }
  }
  if (wanted === null && found.size === 0 && missing.length === 0 && Object.keys(tags).length > 0) {
    missing.push({ venue: 'all', report: null, days: [], reason: 'No connection has these tags.', whatToDo: 'Check --tags.' })
  }
  if (wanted !== null) return { venues: [...found.values()], missing: missing.filter(({ venue }) => wanted.includes(venue)) }
  return { venues: [...found.values()], missing }
}

/** Verifications at a time: each is some calls to Nango and one to ROLLER. */
const CONCURRENT_VENUES = 10

type VenueFacts = Pick<Venue, 'id' | 'name' | 'timeZone'>

/** Venues of connections that are not verified yet. */
async function askVenues (
  roller: Gateway, connections: readonly { readonly connectionId: string }[], missing: Missing[]
): Promise<Map<string, VenueFacts | null>> {
  const found = new Map<string, VenueFacts | null>()
  const atATime = limited(CONCURRENT_VENUES)
  await Promise.all(connections.map(({ connectionId }) => atATime(async () => {
    found.set(connectionId, await askVenue(roller, connectionId, missing))
  })))
  return found
}

async function askVenue (
  roller: Gateway, connectionId: string, missing: Missing[]
): Promise<VenueFacts | null> {
  try {
    const { id, name = null, ...rest } = await roller.request('GET /venues/me', { connectionId })
    if (id !== undefined) return { id: String(id), name, timeZone: readTimeZone(rest) }
    throw new Error('ROLLER gives no id of the venue.')
  } catch (error) {
    missing.push({ venue: connectionId, report: null, days: [], ...reasonOf(error) })
    return null
  }
}
