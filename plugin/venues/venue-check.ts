/**
 * Rejects a call unless the connection's venue is verified for its current credentials and belongs to this gateway's environment. A
 * connection that cannot be read is not verified. A call that waited is checked again right before it is sent.
 */
import { isRollerError, RollerError, type ErrorCode } from '../errors.ts'
import type { UpstreamResponse } from '../gateway/upstream-response.ts'
import type { CallHandler, RollerCall } from '../gateway/call.ts'
import type { Clock } from '../util/clock.ts'
import type { TransportName } from '../util/transport-name.ts'
import { ENVIRONMENT_TAG, type RollerEnvironment } from '../nango/venue.ts'
import { RECHECK_AGE } from './ages.ts'
import type { ConnectionIndex, IndexedConnection } from './connection-index.ts'
import { checkEnvironment } from './venue-verifier.ts'

export interface VenueCheckParts {
  readonly next: CallHandler
  readonly index: ConnectionIndex
  readonly environment: RollerEnvironment
  /** Requests the venue of a connection's credentials from ROLLER. @throws RollerError while it is unknown */
  readonly verify: (connectionId: string) => Promise<IndexedConnection>
  /** True while the direct transport holds a token that was read with verified credentials: it stays usable while Nango is down. */
  readonly holdsToken: (connectionId: string) => boolean
  /** Reads what other replicas have found. */
  readonly refreshNews: () => Promise<void>
  readonly clock: Clock
}

/** Nango is unavailable or overloaded. */
const NANGO_DOWN: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['ROLLER_ERR_UNREACHABLE', 'ROLLER_ERR_TIMEOUT', 'ROLLER_ERR_NANGO_LIMIT'])
/** Seconds. */
const RETRY_AFTER = 5

export class VenueCheck implements CallHandler {
  readonly transport: TransportName
  readonly #parts: VenueCheckParts
  readonly #verifyAgain = async (call: RollerCall, waited: boolean): Promise<void> => {
    const known = await this.#verified(call.connectionId, waited ? RECHECK_AGE : undefined)
    // The lease was acquired for another credential.
    if (known.credential !== call.credential) throw unverified('Other credentials were entered while the call waited.', 1)
  }

  constructor (parts: VenueCheckParts) {
    this.transport = parts.next.transport
    this.#parts = parts
  }

  async send (call: RollerCall): Promise<UpstreamResponse> {
    const known = this.#parts.index.peek(call.connectionId)
    return await this.#send(call, known?.verification === 'verified' ? known : await this.#verified(call.connectionId))
  }

  async #send (call: RollerCall, { tags, credential, venueId }: IndexedConnection, retried = false): Promise<UpstreamResponse> {
    const { next, index, environment, clock } = this.#parts
    const deadline = clock.now() + call.maxWaitMs
    checkEnvironment(tags[ENVIRONMENT_TAG], environment)
    call.credential = credential
    call.venueId = venueId ?? undefined
    call.verify = this.#verifyAgain
    try {
      return await next.send(call)
    } catch (error) {
      if (!isRollerError(error)) throw error
      if (error.code === 'ROLLER_ERR_CONNECTION_UNKNOWN') index.forget(call.connectionId)
      // The token belongs to other credentials than the verified ones. Nothing was sent.
      if (error.code !== 'ROLLER_ERR_VENUE_UNVERIFIED' || retried || call.body?.kind === 'stream') throw error
      index.forget(call.connectionId)
      const settled = await this.#verified(call.connectionId)
      await call.admit?.() // the verification took time
      return await this.#send(call.copy(Math.max(0, deadline - clock.now())), settled, true)
    }
  }

  /** @throws RollerError ROLLER_ERR_VENUE_CHANGED, ROLLER_ERR_VENUE_UNVERIFIED, and other errors of the verification */
  async #verified (connectionId: string, maxAge?: number): Promise<IndexedConnection> {
    let known = await this.#getConnection(connectionId, maxAge)
    if (known.verification === 'changed') {
      await this.#parts.refreshNews() // another replica may have confirmed the venue
      known = await this.#getConnection(connectionId, maxAge)
    }
    checkEnvironment(known.tags[ENVIRONMENT_TAG], this.#parts.environment)
    const settled = known.verification === 'unverified' ? await this.#parts.verify(connectionId) : known
    if (settled.verification === 'verified') return settled
    throw changed(settled)
  }

  async #getConnection (connectionId: string, maxAge?: number): Promise<IndexedConnection> {
    const { index, holdsToken } = this.#parts
    try {
      return await index.get(connectionId, maxAge)
    } catch (error) {
      if (!isRollerError(error) || !NANGO_DOWN.has(error.code)) throw error
      const last = index.last(connectionId)
      if (last?.verification === 'verified' && holdsToken(connectionId)) return last
      throw new RollerError('ROLLER_ERR_VENUE_UNVERIFIED', {
        detail: `The venue of this connection cannot be read from Nango: ${error.detail}`,
        layer: error.layer,
        retryAfter: error.retryAfter ?? RETRY_AFTER,
        cause: error
      })
    }
  }
}

function changed ({ pendingVenue }: IndexedConnection): RollerError {
  if (pendingVenue === null) return unverified('The venue of this connection is not verified.', RETRY_AFTER)
  const name = pendingVenue.name === null ? '' : ` (${pendingVenue.name})`
  return new RollerError('ROLLER_ERR_VENUE_CHANGED', {
    detail: `The new credentials belong to the venue ${pendingVenue.id}${name}.`, pendingVenue
  })
}

function unverified (detail: string, retryAfter: number): RollerError {
  return new RollerError('ROLLER_ERR_VENUE_UNVERIFIED', { detail, retryAfter })
}
