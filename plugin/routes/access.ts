/** Access control for connections, checked before anything else is done for a request. */
import type { FastifyRequest } from 'fastify'
import { RollerError } from '../errors.ts'
import { checkConnectionId } from '../nango/connection-id.ts'
import { hasTags } from '../nango/connection.ts'
import { OWNER_AGE, RECHECK_AGE } from '../venues/ages.ts'
import type { ConnectionIndex } from '../venues/connection-index.ts'
import type { Authorize, ChooseConnection, Identify, Scope } from '../options.ts'
import { checkNewTags, chosenId, isAllowed, toLimits, type Limits } from './host-answers.ts'
import { callHost } from './problems.ts'

export interface AccessOptions {
  readonly authorize: 'open' | Authorize
  readonly identify?: Identify | undefined
  readonly connection?: string | ChooseConnection | undefined
  readonly index: Pick<ConnectionIndex, 'find' | 'get' | 'peek'>
}

/** The scope that an operation of ROLLER requires. */
export function scopeOf (method: string): Scope { return method === 'GET' ? 'roller:read' : 'roller:write' }

export class Access {
  readonly #options: AccessOptions

  constructor (options: AccessOptions) {
    this.#options = options
  }

  /** True if the server identifies its callers, so that tags from a browser are ignored. */
  get identifies (): boolean { return this.#options.identify !== undefined }

  /**
   * The connection of a ROLLER call.
   * @throws RollerError ROLLER_ERR_CONNECTION_REQUIRED if the request names none
   */
  async address (request: FastifyRequest): Promise<string> {
    const { connection } = this.#options
    if (typeof connection === 'function') return await this.#choose(request, connection)
    if (connection !== undefined) return connection
    const { 'connection-id': header, 'roller-venue': venueId } = request.headers
    if (venueId !== undefined) {
      if (header !== undefined) {
        throw new RollerError('ROLLER_ERR_CONNECTION_AMBIGUOUS', { detail: 'Connection-Id and Roller-Venue were both sent.' })
      }
      return await this.addressVenue(request, String(venueId))
    }
    if (typeof header !== 'string' || header === '') throw new RollerError('ROLLER_ERR_CONNECTION_REQUIRED')
    return checkConnectionId(header)
  }

  async #choose (request: FastifyRequest, choose: ChooseConnection): Promise<string> {
    const id = chosenId(await callHost(() => choose(request)))
    if (id === null) throw new RollerError('ROLLER_ERR_CONNECTION_REQUIRED')
    return id
  }

  /**
   * The connection of a venue, among the caller's own alone: another tenant may have connected the same venue.
   * @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN
   */
  async addressVenue (request: FastifyRequest, venueId: string): Promise<string> {
    const limits = await this.identify(request)
    return await this.#options.index.find(venueId, ({ tags, connectionId }) => limits === null ||
      (hasTags(tags, limits.tags) && limits.connections?.includes(connectionId) !== false))
  }

  /**
   * For a route of one connection: the call is authorized, and the connection is the caller's.
   * @throws RollerError
   */
  async admit (request: FastifyRequest, operation: string, scope: Scope, connectionId: string): Promise<void> {
    await this.authorize(request, operation, scope, connectionId)
    await this.#own(request, connectionId, OWNER_AGE)
  }

  /** The same for a call to ROLLER, where a connection chosen by the server needs no check of its owner. @throws RollerError */
  async admitCall (request: FastifyRequest, operation: string, scope: Scope, connectionId: string): Promise<void> {
    await this.authorize(request, operation, scope, connectionId)
    if (!this.chosenByServer) await this.#own(request, connectionId, OWNER_AGE)
  }

  /** @throws RollerError ROLLER_ERR_CONNECTION_FORBIDDEN or ROLLER_ERR_SCOPE if the host denies it */
  async authorize (request: FastifyRequest, operation: string, scope: Scope, connectionId: string | null): Promise<void> {
    const { authorize } = this.#options
    if (authorize === 'open' || isAllowed(await callHost(() => authorize(request, { connectionId, operation, scope })))) return
    throw connectionId === null
      ? new RollerError('ROLLER_ERR_SCOPE', { detail: `This caller is not authorized for ${operation} (${scope}).` })
      : new RollerError('ROLLER_ERR_CONNECTION_FORBIDDEN')
  }

  /**
   * The caller's limits; null if it has none (the server does not identify its callers, or trusts this one), so that it chooses its tags
   * itself.
   * @throws RollerError ROLLER_ERR_UNAUTHORIZED if `identify` returns null
   */
  async identify (request: FastifyRequest): Promise<Limits | null> {
    const { identify } = this.#options
    if (identify === undefined) return null
    const identity = await callHost(() => identify(request))
    if (identity === 'trusted') return null
    if (identity === null || identity === undefined) {
      throw new RollerError('ROLLER_ERR_UNAUTHORIZED', { detail: 'The user is not signed in.', hint: 'Sign in to this application.' })
    }
    return toLimits(identity)
  }

  /**
   * Same for a caller that creates a connection.
   * @throws RollerError ROLLER_ERR_SCOPE if the caller's connections are listed by ids, which cannot include a new one
   */
  async identifyMaker (request: FastifyRequest): Promise<Limits | null> {
    const limits = await this.identify(request)
    if (limits?.connections !== undefined) {
      throw new RollerError('ROLLER_ERR_SCOPE', { detail: 'This caller is limited to existing connections and may not create another.' })
    }
    if (limits !== null) checkNewTags(limits.tags)
    return limits
  }

  /**
   * Repeats all checks for a call that waited: the address, the authorization, and the ownership.
   * @throws RollerError
   */
  async again (request: FastifyRequest, operation: string, scope: Scope, connectionId: string): Promise<void> {
    const { connection } = this.#options
    if (typeof connection === 'function' && await this.#choose(request, connection) !== connectionId) {
      throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN')
    }
    await this.authorize(request, operation, scope, connectionId)
    if (!this.chosenByServer) await this.#own(request, connectionId, RECHECK_AGE)
  }

  /**
   * Checks that a connection named by the caller is its own. Another's connection gets the response of one that does not exist, after the
   * same time.
   * @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN
   */
  async #own (request: FastifyRequest, connectionId: string, maxAge: number): Promise<void> {
    const { index } = this.#options
    const limits = await this.identify(request)
    if (limits === null) return
    if (limits.connections?.includes(connectionId) === false) throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN')
    if (limits.byId) return
    const known = index.peek(connectionId, maxAge)
    // Only for its owner: a fast rejection would disclose that the connection exists, since a missing one is read from Nango each time.
    if (known !== undefined && hasTags(known.tags, limits.tags)) return
    const { tags } = await index.get(connectionId, 0)
    if (!hasTags(tags, limits.tags)) throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN')
  }

  /** A connection chosen by the server needs no check. */
  get chosenByServer (): boolean { return this.#options.connection !== undefined }
}
