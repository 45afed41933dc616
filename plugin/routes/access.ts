/** Who may do what, to which connection: asked before anything else is done for a request. */
import type { FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { TTL_RESOLUTION } from '../clock.ts'
import { RollerError } from '../errors.ts'
import { guardConnectionId } from '../gateway/guard.ts'
import { lowerKeys, type Connection } from '../nango/connection.ts'
import type { Connections } from '../nango/connections.ts'
import type { Directory } from '../venues/directory.ts'
import type { Authorize, ChooseConnection, Identify, Identity, Scope } from '../options.ts'
import { askHost, isPromise } from './problems.ts'

export interface AccessOptions {
  readonly authorize: 'open' | Authorize
  readonly identify?: Identify | undefined
  readonly connection?: string | ChooseConnection | undefined
  readonly connections: Pick<Connections, 'get'>
  readonly directory: Directory
}

/** Tags of a connection seldom change; a caller who lost one is shut out after this. Milliseconds. */
const TAGS_KNOWN_FOR = 60_000

export class Access {
  readonly #options: AccessOptions
  readonly #tags = new LRUCache<string, Readonly<Record<string, string>>>({ max: 10_000, ttl: TAGS_KNOWN_FOR, ttlResolution: TTL_RESOLUTION })

  constructor (options: AccessOptions) {
    this.#options = options
  }

  /** True where the server says who its callers are, so that nothing a browser says about itself counts. */
  get identifies (): boolean { return this.#options.identify !== undefined }

  /**
   * The connection a ROLLER call is about.
   * @throws RollerError ROLLER_ERR_CONNECTION_REQUIRED when nothing names one
   */
  address (request: FastifyRequest): string | Promise<string> {
    const { connection } = this.#options
    if (typeof connection === 'function') return this.#choose(request, connection)
    if (connection !== undefined) return guardChosen(connection)
    const { 'connection-id': header, 'roller-venue': venueId } = request.headers
    if (venueId !== undefined) {
      if (header !== undefined) throw new RollerError('ROLLER_ERR_CONNECTION_AMBIGUOUS', { detail: 'Connection-Id and Roller-Venue were both sent.' })
      return this.#addressVenue(request, String(venueId))
    }
    if (typeof header !== 'string' || header === '') throw new RollerError('ROLLER_ERR_CONNECTION_REQUIRED')
    return guardConnectionId(header)
  }

  async #choose (request: FastifyRequest, choose: ChooseConnection): Promise<string> {
    return guardChosen(await askHost(() => choose(request)))
  }

  /** Among the caller's own connections alone: another tenant may have connected the same venue. */
  async #addressVenue (request: FastifyRequest, venueId: string): Promise<string> {
    const limits = await this.identify(request)
    return await this.#options.directory.find(venueId, ({ tags, connectionId }) => limits === null ||
      (carries(tags, limits) && limits.connections?.includes(connectionId) !== false))
  }

  /** @throws RollerError ROLLER_ERR_CONNECTION_FORBIDDEN or ROLLER_ERR_SCOPE when the host says no */
  authorize (request: FastifyRequest, operation: string, scope: Scope, connectionId: string | null): void | Promise<void> {
    const { authorize } = this.#options
    if (authorize === 'open') return
    const allowed = askHost(() => authorize(request, { connectionId, operation, scope }))
    return isPromise(allowed) ? allowed.then((said) => refuseUnless(said, operation, scope, connectionId)) : refuseUnless(allowed, operation, scope, connectionId)
  }

  /**
   * The caller's limits; null where it has none (the server does not identify its callers, or trusts this one), so that it says itself which tags
   * it means.
   * @throws RollerError ROLLER_ERR_UNAUTHORIZED when `identify` knows nobody
   */
  async identify (request: FastifyRequest): Promise<Limits | null> {
    const { identify } = this.#options
    if (identify === undefined) return null
    const identity = await askHost(() => identify(request))
    if (identity === 'trusted') return null
    if (identity === null || identity === undefined) {
      throw new RollerError('ROLLER_ERR_UNAUTHORIZED', { detail: 'Nobody is signed in.', hint: 'Sign in to this application first.' })
    }
    return toLimits(identity)
  }

  /**
   * The same for a caller who makes a connection.
   * @throws RollerError ROLLER_ERR_SCOPE when the caller's connections are listed by their ids, of which a new one cannot be
   */
  async identifyMaker (request: FastifyRequest): Promise<Limits | null> {
    const limits = await this.identify(request)
    if (limits?.connections !== undefined) {
      throw new RollerError('ROLLER_ERR_SCOPE', { detail: 'This caller is limited to connections that exist, and may not make another.' })
    }
    return limits
  }

  /**
   * Checks that a connection named by the caller is the caller's own. A stranger's is answered like one that does not exist, and takes as long.
   * @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN
   */
  own (request: FastifyRequest, connectionId: string): void | Promise<void> {
    if (this.#options.identify !== undefined) return this.#own(request, connectionId)
  }

  async #own (request: FastifyRequest, connectionId: string): Promise<void> {
    const limits = await this.identify(request)
    if (limits === null) return
    if (limits.connections?.includes(connectionId) === false) throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN')
    if (limits.byId) return
    const known = this.#tags.get(connectionId)
    // Only for its owner: a quick no would tell a stranger that the connection exists, for one that does not is asked of Nango each time.
    if (known !== undefined && carries(known, limits)) return
    const { tags } = await this.#options.connections.get(connectionId)
    this.#tags.set(connectionId, tags)
    if (!carries(tags, limits)) throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN')
  }

  /** The server's own choice of connection needs no proof. */
  get chosenByServer (): boolean { return this.#options.connection !== undefined }

  forget (connectionId: string): void { this.#tags.delete(connectionId) }
}

/** An identity as the routes use it. */
export interface Limits {
  /** Keys in lower case, as Nango keeps them. */
  readonly tags: Readonly<Record<string, string>>
  readonly connections?: readonly string[]
  /** There are no tags: the ids alone say which connections are the caller's. */
  readonly byId: boolean
}

function guardChosen (chosen: unknown): string {
  if (typeof chosen !== 'string' || chosen === '') throw new RollerError('ROLLER_ERR_CONNECTION_REQUIRED')
  return guardConnectionId(chosen)
}

function refuseUnless (allowed: unknown, operation: string, scope: Scope, connectionId: string | null): void {
  if (allowed === true) return
  throw connectionId === null
    ? new RollerError('ROLLER_ERR_SCOPE', { detail: `This caller may not do ${operation} (${scope}).` })
    : new RollerError('ROLLER_ERR_CONNECTION_FORBIDDEN')
}

function toLimits ({ tags: given = {}, connections }: Identity): Limits {
  const tags = lowerKeys(given)
  const byId = Object.keys(tags).length === 0
  // An empty set of tags would match every venue's connection, and a tag without a value every connection that has no such tag.
  if (byId && !Array.isArray(connections)) throw new Error('identify() gave neither tags nor connections')
  for (const [key, value] of Object.entries(tags)) {
    if (typeof value !== 'string' || value === '') throw new Error(`identify() gave no text for the tag ${key}`)
  }
  return { tags, byId, ...(connections !== undefined && { connections }) }
}

export function carries (tags: Connection['tags'], limits: Pick<Limits, 'tags'>): boolean {
  return Object.entries(limits.tags).every(([key, value]) => tags[key] === value)
}
