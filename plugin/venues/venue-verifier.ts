/**
 * Determines the venue of a connection's credentials, and stores it in Nango: see nango/entry.ts for why that is safe. The tag is written
 * first, then the venue is requested from ROLLER, then the metadata is written: credentials entered in between delete the tag, which
 * invalidates the verification.
 */
import { LRUCache } from 'lru-cache'
import { atMost } from '../util/at-most.ts'
import type { Clock } from '../util/clock.ts'
import { isRollerError, RollerError, type ErrorCode } from '../errors.ts'
import type { CallSender } from '../gateway/call.ts'
import type { CatalogOperation } from '../operations/validate.ts'
import { readJson } from '../util/json.ts'
import { hasRoomForVenue, hasTags, MAX_TAGS } from '../nango/connection.ts'
import type { ConnectionState } from '../nango/connection-state.ts'
import type { Connections, NewConnection } from '../nango/connections.ts'
import { newEntry } from '../nango/entry.ts'
import { ENVIRONMENT_TAG, RESERVED_TAGS, toVenue, venueTags, type RollerEnvironment, type Venue } from '../nango/venue.ts'
import type { ConnectionLock } from './connection-lock.ts'

export interface VenueVerifierOptions {
  readonly connections: Connections
  readonly pipeline: CallSender
  /** `GET /venues/me`. */
  readonly entry: CatalogOperation
  readonly environment: RollerEnvironment
  readonly clock: Clock
  readonly lock: ConnectionLock
  /** Drops tokens and responses of the previous credentials. */
  readonly forgetCredentials: (connectionId: string) => Promise<void>
}

/** A connection that this process just created and has not announced: it is not read first, and ROLLER is called once. */
export interface CreatedConnection {
  readonly state: ConnectionState
  /** Its own metadata, written together with the venue. */
  readonly metadata: NewConnection['metadata']
}

export interface VerifyResult {
  /** The current state. */
  readonly state: ConnectionState
  /** True if this process detected a change. */
  readonly news: boolean
  /** True for a connection that had no venue before. */
  readonly first: boolean
  /** Why it is still unverified. */
  readonly error: RollerError | null
}

const MAX_VENUE_BYTES = 64 * 1024
/** Milliseconds. Short, because a person or a webhook of Nango waits for it. */
const MAX_WAIT = 5_000
/** Maximum number of restarts: credentials may be entered during the verification. */
const MAX_ROUNDS = 3
/** Milliseconds before a failed verification is repeated: each costs calls to Nango and ROLLER. */
const REST_MS = 5_000
const FAILED_RETRY_DELAY_MS = 30_000
/** More specific than an unverified venue, and not fixed by waiting. */
const FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ROLLER_ERR_CREDENTIALS_REJECTED', 'ROLLER_ERR_ACCESS_DENIED', 'ROLLER_ERR_ENVIRONMENT', 'ROLLER_ERR_CONNECTION_UNKNOWN',
  'ROLLER_ERR_NANGO_REJECTED', 'ROLLER_ERR_CLOSING'
])

interface Failure {
  readonly error: RollerError
  readonly until: number
}

export class VenueVerifier {
  readonly #options: VenueVerifierOptions
  readonly #running = new Map<string, Promise<VerifyResult>>()
  readonly #failures = new LRUCache<string, Failure>(atMost(10_000))

  constructor (options: VenueVerifierOptions) {
    this.#options = options
  }

  /**
   * Verifies a connection, once for all concurrent callers.
   * @throws RollerError if the connection itself cannot be read
   */
  async verify (connectionId: string, created?: CreatedConnection): Promise<VerifyResult> {
    const running = this.#running.get(connectionId) ?? this.#run(connectionId, created).finally(() => this.#running.delete(connectionId))
    this.#running.set(connectionId, running)
    return await running
  }

  /** The last failure, while it is too early to retry. */
  failure (connectionId: string): RollerError | null {
    const failure = this.#failures.get(connectionId)
    const restMs = (failure?.until ?? 0) - this.#options.clock.now()
    if (failure === undefined || restMs <= 0) return null
    const { code, detail, hint, layer, upstream } = failure.error
    return new RollerError(code, { detail, hint, layer, retryAfter: restMs / 1000, upstream })
  }

  /** Credentials were entered again: the failure concerned the previous ones. */
  reset (connectionId: string): void { this.#failures.delete(connectionId) }

  /**
   * Confirms the venue of the new credentials as the connection's venue.
   * @throws RollerError ROLLER_ERR_VALIDATION if it is not the named venue
   */
  async confirm (connectionId: string, venueId: string): Promise<ConnectionState> {
    return await this.#options.lock.run(connectionId, async () => {
      const { connections, environment } = this.#options
      const state = await connections.fresh(connectionId)
      if (state.connection.pendingVenue?.id !== venueId) assertVenue(await this.#requestVenue(state), venueId)
      const entry = newEntry()
      await connections.beginVerification(state, { id: venueId, environment }, entry)
      const venue = await this.#requestVenue(state)
      assertVenue(venue, venueId)
      await connections.keepVenue(state, venue, { entry, client: state.client })
      const after = await this.#finished(connectionId)
      if (after.verification === 'verified') return after
      throw unverified('Credentials were entered again while the venue was confirmed.', { retryAfter: 1 })
    })
  }

  async #run (connectionId: string, created?: CreatedConnection): Promise<VerifyResult> {
    return await this.#options.lock.run(connectionId, () => this.verifyLocked(connectionId, created))
  }

  /** Same for a caller that holds the connection's lock. */
  async verifyLocked (connectionId: string, created?: CreatedConnection): Promise<VerifyResult> {
    const before = created?.state ?? await this.#options.connections.fresh(connectionId)
    if (before.verification !== 'unverified') return { state: before, news: false, first: false, error: null }
    const first = before.connection.venue === null
    const progress = { entry: '' }
    try {
      const state = await this.#verify(before, progress, created)
      this.#failures.delete(connectionId)
      return { state, news: true, first, error: null }
    } catch (error) {
      if (!isRollerError(error)) throw error
      const explained = explain(error)
      const { code, retryAfter } = explained
      const restMs = retryAfter !== undefined ? retryAfter * 1000 : FINAL.has(code) ? FAILED_RETRY_DELAY_MS : REST_MS
      this.#failures.set(connectionId, { error: explained, until: this.#options.clock.now() + restMs })
      return { state: progress.entry === '' ? before : { ...before, entry: progress.entry }, news: false, first, error: explained }
    }
  }

  async #verify (before: ConnectionState, progress: { entry: string }, created?: CreatedConnection): Promise<ConnectionState> {
    const { connections, environment, forgetCredentials } = this.#options
    const { connectionId } = before.connection
    await forgetCredentials(connectionId)
    let state = before
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const { tags, venue: known } = state.connection
      checkEnvironment(tags[ENVIRONMENT_TAG], environment)
      if (!hasRoomForVenue(tags)) throw noRoom(tags)
      const expected = known ?? await this.#requestVenue(state)
      // One value for all attempts, of all replicas: the id of the event depends on it.
      progress.entry = state.begun ? state.entry : newEntry(state.tagsOnly)
      if (!state.begun || !hasTags(tags, venueTags(expected))) await connections.beginVerification(state, expected, progress.entry)
      const verified = { entry: progress.entry, client: state.client }
      const isKnown = known === null && (created !== undefined || await this.#isSameClient(state))
      const venue = isKnown ? expected as Venue : await this.#requestVenue(state) // what ROLLER returned above
      if (venue.id === expected.id) await connections.keepVenue(state, venue, verified, created?.metadata)
      else if (known !== null) await connections.keepPending(state, venue, verified)
      state = await this.#finished(connectionId)
      if (state.verification !== 'unverified') return state
    }
    throw unverified('Credentials were entered repeatedly during the verification of the venue.', { retryAfter: 1 })
  }

  /**
   * With a key that may read credentials, proves that no other Client ID was entered since the request to ROLLER, which is then not
   * repeated.
   */
  async #isSameClient ({ connection: { connectionId }, client }: ConnectionState): Promise<boolean> {
    return client !== null && (await this.#options.connections.fresh(connectionId)).client === client
  }

  /** A token that was read during the verification does not prove that its credentials are verified. */
  async #finished (connectionId: string): Promise<ConnectionState> {
    await this.#options.forgetCredentials(connectionId)
    return await this.#options.connections.fresh(connectionId)
  }

  /** Requests the venue of a connection from ROLLER: one call against its rate limit. @throws RollerError */
  async #requestVenue ({ connection: { connectionId, venue: known }, credential }: ConnectionState): Promise<Venue> {
    const { pipeline, entry, environment } = this.#options
    const response = await pipeline.send({
      method: 'GET',
      target: '/venues/me',
      connectionId,
      credential,
      venueId: known?.id,
      internal: 'verification',
      headers: { accept: 'application/json' },
      body: null,
      operation: entry,
      maxWaitMs: MAX_WAIT
    })
    const body = await response.collect(MAX_VENUE_BYTES).catch(() => null)
    response.abort(new Error('not a venue'))
    const venue = response.status === 200 && body !== null ? toVenue(readJson(body), environment) : null
    if (venue !== null) return venue
    throw new RollerError('ROLLER_ERR_INVALID_RESPONSE', {
      detail: `ROLLER returned ${response.status} to GET /venues/me without a venue id.`
    })
  }
}

/** @throws RollerError ROLLER_ERR_ENVIRONMENT */
export function checkEnvironment (its: string | undefined, environment: RollerEnvironment): void {
  if (its === undefined || its === environment) return
  throw new RollerError('ROLLER_ERR_ENVIRONMENT', {
    detail: `The connection belongs to ROLLER's environment ${its}, but this gateway is set to ${environment}.`
  })
}

/** The caller's error while a venue is not verified: the pending step, and when to retry. */
function explain (error: RollerError): RollerError {
  if (FINAL.has(error.code) || error.code === 'ROLLER_ERR_VENUE_UNVERIFIED') return error
  return unverified(`The venue of this connection's credentials could not be verified: ${error.detail}`, {
    layer: error.layer,
    retryAfter: error.retryAfter ?? REST_MS / 1000,
    cause: error,
    upstream: error.upstream
  })
}

function unverified (detail: string, options: ConstructorParameters<typeof RollerError>[1]): RollerError {
  return new RollerError('ROLLER_ERR_VENUE_UNVERIFIED', { ...options, detail })
}

function noRoom (tags: Readonly<Record<string, string>>): RollerError {
  const own = Object.keys(tags).filter((key) => !RESERVED_TAGS.includes(key)).length
  return new RollerError('ROLLER_ERR_VENUE_UNVERIFIED', {
    detail: `The connection has ${own} tags. Nango stores ${MAX_TAGS}, of which ${RESERVED_TAGS.length} are reserved for the venue.`,
    hint: 'Remove tags with PATCH /connections/{id} (null removes one), then send the call again.',
    retryAfter: FAILED_RETRY_DELAY_MS / 1000
  })
}

function assertVenue ({ id }: Pick<Venue, 'id'>, venueId: string): void {
  if (id === venueId) return
  throw new RollerError('ROLLER_ERR_VALIDATION', {
    detail: `The credentials of this connection belong to the venue ${id}.`,
    errors: [{ pointer: '/body/venueId', detail: 'must be the venue of the new credentials' }]
  })
}
