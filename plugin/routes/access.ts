/** Who may do what, to which connection: asked before anything else is done for a request. */
import type { FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { RollerError } from '../errors.ts'
import { guardConnectionId } from '../gateway/guard.ts'
import { lowerKeys, type Connection } from '../nango/connection.ts'
import type { Connections } from '../nango/connections.ts'
import type { Authorize, ChooseConnection, Identify, Identity, Scope } from '../options.ts'
import { askHost } from './problems.ts'

export interface AccessOptions {
  readonly authorize: 'open' | Authorize
  readonly identify?: Identify | undefined
  readonly connection?: string | ChooseConnection | undefined
  readonly connections: Connections
}

/** Tags of a connection seldom change; a caller who lost one is shut out after this. Milliseconds. */
const TAGS_KNOWN_FOR = 60_000

export class Access {
  readonly #options: AccessOptions
  readonly #tags = new LRUCache<string, Readonly<Record<string, string>>>({ max: 10_000, ttl: TAGS_KNOWN_FOR })

  constructor (options: AccessOptions) {
    this.#options = options
  }

  /** True where the server says who its callers are, so that nothing a browser says about itself counts. */
  get identifies (): boolean { return this.#options.identify !== undefined }

  /**
   * The connection a ROLLER call is about.
   * @throws RollerError ROLLER_ERR_CONNECTION_REQUIRED when nothing names one
   */
  async address (request: FastifyRequest): Promise<string> {
    const { connection } = this.#options
    if (connection !== undefined) {
      const chosen = typeof connection === 'string' ? connection : await askHost(() => connection(request))
      if (typeof chosen !== 'string' || chosen === '') throw new RollerError('ROLLER_ERR_CONNECTION_REQUIRED')
      return guardConnectionId(chosen)
    }
    const header = request.headers['connection-id']
    if (typeof header !== 'string' || header === '') throw new RollerError('ROLLER_ERR_CONNECTION_REQUIRED')
    return guardConnectionId(header)
  }

  /** @throws RollerError ROLLER_ERR_CONNECTION_FORBIDDEN or ROLLER_ERR_SCOPE when the host says no */
  async authorize (request: FastifyRequest, operation: string, scope: Scope, connectionId: string | null): Promise<void> {
    const { authorize } = this.#options
    if (authorize === 'open') return
    if (await askHost(() => authorize(request, { connectionId, operation, scope })) === true) return
    throw connectionId === null
      ? new RollerError('ROLLER_ERR_SCOPE', { detail: `This caller may not do ${operation} (${scope}).` })
      : new RollerError('ROLLER_ERR_CONNECTION_FORBIDDEN')
  }

  /**
   * The caller's own tags; null where the server does not identify its callers (they are trusted, and say themselves which tags they mean).
   * @throws RollerError ROLLER_ERR_UNAUTHORIZED when `identify` knows nobody
   */
  async identify (request: FastifyRequest): Promise<Identity | null> {
    const { identify } = this.#options
    if (identify === undefined) return null
    const identity = await askHost(() => identify(request))
    if (identity === null || identity === undefined) {
      throw new RollerError('ROLLER_ERR_UNAUTHORIZED', { detail: 'Nobody is signed in.', hint: 'Sign in to this application first.' })
    }
    const tags = lowerKeys(identity.tags)
    // An empty set of tags would match every venue's connection, and a tag without a value every connection that has no such tag.
    if (Object.keys(tags).length === 0) throw new Error('identify() gave no tags')
    for (const [key, value] of Object.entries(tags)) {
      if (typeof value !== 'string' || value === '') throw new Error(`identify() gave no text for the tag ${key}`)
    }
    return { tags }
  }

  /**
   * Checks that a connection named by the caller is the caller's own. A stranger's is answered like one that does not exist.
   * @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN
   */
  async own (request: FastifyRequest, connectionId: string): Promise<void> {
    const identity = await this.identify(request)
    if (identity === null) return
    let tags = this.#tags.get(connectionId)
    if (tags === undefined) {
      tags = (await this.#options.connections.get(connectionId)).tags
      this.#tags.set(connectionId, tags)
    }
    if (!carries(tags, identity)) throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN')
  }

  /** The server's own choice of connection needs no proof. */
  get chosenByServer (): boolean { return this.#options.connection !== undefined }

  forget (connectionId: string): void { this.#tags.delete(connectionId) }
}

export function carries (tags: Connection['tags'], identity: Identity): boolean {
  return Object.entries(identity.tags).every(([key, value]) => tags[key] === value)
}
