/**
 * The last look before a call takes the road to ROLLER: is the connection's venue still the one it is known by, and of this gateway's
 * environment? And the first: a connection that does not say yet which venue it is of is asked after its first call, once.
 */
import { LRUCache } from 'lru-cache'
import { TTL_RESOLUTION } from '../clock.ts'
import { isRollerError, RollerError } from '../errors.ts'
import type { Answer } from '../gateway/answer.ts'
import type { CallHandler, GatewayCall } from '../gateway/call.ts'
import type { TransportName } from '../gateway/transport/transport.ts'
import { ENVIRONMENT_TAG, type RollerEnvironment } from '../nango/venue.ts'
import type { Directory, Known } from './directory.ts'

const MAX_TRIED = 50_000
/** Milliseconds. */
const TRY_AGAIN_AFTER = 600_000

export interface VenueGuardOptions {
  readonly gateway: CallHandler
  readonly directory: Directory
  readonly environment: RollerEnvironment
  /** Finds out a connection's venue and learns it. */
  readonly settle: (connectionId: string, reread: boolean) => Promise<Known>
  /** What went wrong behind the caller's back. */
  readonly warn: (message: string, error: unknown) => void
}

export class VenueGuard implements CallHandler {
  readonly #options: VenueGuardOptions
  /** One try for each connection until the directory would look again, not one for each call. */
  readonly #tried = new LRUCache<string, Promise<void>>({ max: MAX_TRIED, ttl: TRY_AGAIN_AFTER, ttlResolution: TTL_RESOLUTION })

  constructor (options: VenueGuardOptions) {
    this.#options = options
  }

  get transport (): TransportName { return this.#options.gateway.transport }

  send (call: GatewayCall): Promise<Answer> {
    const known = this.#options.directory.peek(call.connectionId)
    return known === undefined || known?.unverified === true ? this.#sendWhenKnown(call) : this.#send(call, known)
  }

  async #sendWhenKnown (call: GatewayCall): Promise<Answer> {
    const { connectionId } = call
    let known = await this.#options.directory.look(connectionId)
    // Nobody knows whose credentials these are, and they were just entered.
    if (known?.unverified === true) known = await this.#options.settle(connectionId, true)
    return await this.#send(call, known)
  }

  async #send (call: GatewayCall, known: Known | null): Promise<Answer> {
    const { gateway, directory } = this.#options
    const { connectionId } = call
    if (known !== null) this.#admit(known)
    try {
      const answer = await gateway.send(call)
      if (known !== null && known.venueId === null && answer.status < 400) this.#settleSoon(connectionId)
      return answer
    } catch (error) {
      if (isRollerError(error) && error.code === 'ROLLER_ERR_CONNECTION_UNKNOWN') directory.forget(connectionId)
      throw error
    }
  }

  /** @throws RollerError ROLLER_ERR_ENVIRONMENT, ROLLER_ERR_VENUE_CHANGED */
  #admit ({ tags, venueChanged }: Known): void {
    const { environment } = this.#options
    const its = tags[ENVIRONMENT_TAG]
    if (its !== undefined && its !== environment) {
      throw new RollerError('ROLLER_ERR_ENVIRONMENT', { detail: `The connection is of ROLLER's environment ${its}, and this gateway is set to ${environment}.` })
    }
    if (venueChanged) throw new RollerError('ROLLER_ERR_VENUE_CHANGED')
  }

  /** Behind the call: nobody waits for it. */
  #settleSoon (connectionId: string): void {
    if (this.#tried.has(connectionId)) return
    this.#tried.set(connectionId, this.#options.settle(connectionId, false).then(() => {}, (error: unknown) => {
      this.#options.warn('the venue of a connection could not be kept', error)
    }))
  }

  /** Waits for what is under way behind calls that were answered. */
  async close (): Promise<void> { await Promise.all(this.#tried.values()) }
}
