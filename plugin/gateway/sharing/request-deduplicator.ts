/**
 * Calls that need not be made. Equal GETs of the catalogue that are in flight on one connection share one call to ROLLER; and where the `cache`
 * option names an operation, its answers are kept for a while. A write on the connection ends both for what it touches: whoever asks after it
 * is never told what was before it.
 *
 * Shared and kept is what two callers would have been told alike: same connection, target, headers that ROLLER sees, validation and rights.
 */
import type { Clock } from '../../util/clock.ts'
import { isRollerError, RollerError } from '../../errors.ts'
import type { UpstreamResponse } from '../upstream-response.ts'
import type { CallHandler, RollerCall } from '../call.ts'
import { ExchangeFailure } from '../transport/exchange.ts'
import type { TransportName } from '../../util/transport-name.ts'
import { CallKey, isRead, mayHaveBeenDone, mayWaitLonger, wishOf, type ReadCall } from './calls.ts'
import { InFlightRequest, type SharedResult } from './in-flight-request.ts'
import { InFlightRequests } from './in-flight-requests.ts'
import { changedBy, resourceOf } from '../cache/invalidation.ts'
import type { CacheRules } from '../cache/rules.ts'
import { LabelledResponse, SharedResponse, withAge, withCacheStatus } from './shared-response.ts'
import type { CacheStore, Place } from '../cache/store.ts'

export interface RequestDeduplicatorOptions {
  readonly gateway: CallHandler
  readonly clock: Clock
  /** Without it nothing is kept. */
  readonly cache?: { readonly store: CacheStore, readonly rules: CacheRules }
}

/** Larger answers are neither shared nor kept. */
const SHARED_LIMIT = 1024 * 1024

/** What a call comes to when it is made. */
type Fetched = Exclude<SharedResult, { kind: 'taken' }>

/** Where an answer is kept, and for how long. */
interface Kept {
  readonly place: Place
  readonly ttlMs: number
}

export class RequestDeduplicator implements CallHandler {
  readonly #gateway: CallHandler
  readonly #clock: Clock
  readonly #store: CacheStore | null
  readonly #ttls: ReadonlyMap<string, number>
  readonly #flights = new InFlightRequests()
  readonly #retire = (flight: InFlightRequest): void => this.#flights.remove(flight)

  constructor ({ gateway, clock, cache }: RequestDeduplicatorOptions) {
    this.#gateway = gateway
    this.#clock = clock
    this.#store = cache?.store ?? null
    this.#ttls = new Map(Object.entries(cache?.rules ?? {}))
  }

  get transport (): TransportName { return this.#gateway.transport }

  send (call: RollerCall): Promise<UpstreamResponse> {
    if (call.method !== 'GET') return this.#write(call)
    if (!isRead(call)) return this.#gateway.send(call)
    const wish = wishOf(call)
    return wish === 'private' ? this.#gateway.send(call) : this.#read(call, wish === 'fresh')
  }

  /** Lets nobody join what is under way on a connection. */
  leave (connectionId: string): void { this.#flights.clear(connectionId) }

  /** Forgets a connection: another venue may come under its id. */
  async forget (connectionId: string): Promise<void> {
    this.leave(connectionId)
    await this.#store?.invalidate(connectionId, null)
  }

  async #write (call: RollerCall): Promise<UpstreamResponse> {
    let answer: UpstreamResponse
    try {
      answer = await this.#gateway.send(call)
    } catch (error) {
      if (mayHaveBeenDone({ error })) await this.#changed(call)
      throw error
    }
    if (mayHaveBeenDone(answer)) await this.#changed(call)
    return answer
  }

  /** The caller hears of its write only after this: what it asks next is answered anew, by every replica. */
  async #changed ({ connectionId, operation }: RollerCall): Promise<void> {
    const resources = changedBy(operation?.name)
    if (resources?.length === 0) return
    // Calls in flight go on for those who wait for them; nobody joins them any more.
    this.#flights.clear(connectionId)
    await this.#store?.invalidate(connectionId, resources)
  }

  async #read (call: ReadCall, fresh: boolean): Promise<UpstreamResponse> {
    call.signal?.throwIfAborted()
    const now = this.#clock.now()
    const deadline = now + call.maxWaitMs
    const key = new CallKey(call, this.transport)
    const kept = this.#ttls.size === 0 ? null : this.#placeOf(call, key)
    const current = this.#flights.find(call.connectionId, key)
    // A flight that may wait longer than this caller would make it wait longer than it said.
    const joined = current !== null && !fresh && current.deadline <= deadline ? current : null
    const flight = joined ?? this.#begin(call.connectionId, key, fresh, deadline, now)
    const landed = flight.join(call)
    if (joined === null) this.#fly(flight, call, kept, fresh) // it never fails: whoever is aboard hears of its end
    let landing: SharedResult
    try {
      landing = await landed
    } catch (error) {
      const now = this.#clock.now()
      if (joined === null || !mayWaitLonger(error, { now, deadline, shared: flight.deadline })) throw error
      return await this.send({ ...call, maxWaitMs: deadline - now })
    }
    if (landing.kind === 'stream' && kept === null) return landing.answer
    if (landing.kind === 'whole') return label(landing, kept, fresh, joined !== null)
    const answer = landing.kind === 'taken' ? await this.#gateway.send({ ...call, maxWaitMs: this.#left(deadline) }) : landing.answer
    return kept === null ? answer : new LabelledResponse(answer, withCacheStatus(answer.headers, forwarded(kept, fresh)))
  }

  /** Null: the operation is not cached. */
  #placeOf ({ connectionId, operation: { name } }: ReadCall, key: CallKey): Kept | null {
    const ttlMs = this.#ttls.get(name)
    return ttlMs === undefined ? null : { place: { connectionId, resource: resourceOf(name), key: key.text }, ttlMs }
  }

  #begin (connectionId: string, key: CallKey, fresh: boolean, deadline: number, now: number): InFlightRequest {
    // Who wants none that was made for somebody else shall not be led back to an older one either.
    if (fresh) this.#flights.removeAll(connectionId, key)
    const flight = new InFlightRequest(connectionId, key, deadline, this.#retire)
    this.#flights.add(flight, now)
    return flight
  }

  async #fly (flight: InFlightRequest, call: ReadCall, kept: Kept | null, fresh: boolean): Promise<void> {
    let landing: Fetched
    try {
      if (kept === null) {
        const answer = await this.#gateway.send(sharedCall(call, flight, this.#left(flight.deadline)))
        // A caller who is alone gets its answer as it comes.
        landing = flight.size < 2 ? { kind: 'stream', answer } : await this.#gather(answer)
      } else landing = await this.#fetch(flight, call, kept, fresh)
    } catch (error) {
      this.#retire(flight)
      return flight.fail(error)
    }
    this.#retire(flight)
    flight.land(landing)
  }

  /** For an operation that is cached. */
  async #fetch (flight: InFlightRequest, call: ReadCall, { place, ttlMs }: Kept, fresh: boolean): Promise<Fetched> {
    const found = await this.#store?.find(place, fresh) ?? null
    if (found !== null && found.hit !== null) {
      // Every answer says how the budget stands, this one too, although it has spent nothing.
      const use = this.#gateway.peek?.(call)
      if (use !== undefined) flight.tell(use)
      return { kind: 'whole', ...found.hit, stored: false }
    }
    flight.signal.throwIfAborted()
    const landing = await this.#gather(await this.#gateway.send(sharedCall(call, flight, this.#left(flight.deadline))))
    if (landing.kind === 'stream' || landing.answer.status !== 200) return landing
    const generation = found?.generation ?? null
    return { ...landing, stored: generation !== null && await this.#store?.keep(place, generation, landing.answer, ttlMs) === true }
  }

  /** Reads an answer whole, unless it is too large to be shared. */
  async #gather (answer: UpstreamResponse): Promise<Fetched> {
    if (declaredLength(answer) > SHARED_LIMIT) return { kind: 'stream', answer }
    const body = await answer.collect(SHARED_LIMIT).catch(brokenOff)
    if (body === null) return { kind: 'stream', answer }
    const { status, headers } = answer
    return { kind: 'whole', answer: { status, headers, body }, ageMs: null, stored: false }
  }

  #left (deadline: number): number { return Math.max(0, deadline - this.#clock.now()) }
}

/** Written out: copying an object by spread takes longer than all the rest of the sharing. */
function sharedCall (call: ReadCall, flight: InFlightRequest, maxWaitMs: number): RollerCall {
  const { method, target, connectionId, credential, headers, body, operation, validate = true, verify, timing } = call
  return {
    method, target, connectionId, credential, headers, body, operation, validate, maxWaitMs, signal: flight.signal, admit: flight.admit, verify, onUse: flight.tell, timing
  }
}

function label ({ answer, ageMs, stored }: SharedResult & { kind: 'whole' }, kept: Kept | null, fresh: boolean, collapsed: boolean): UpstreamResponse {
  if (ageMs !== null) return new SharedResponse(answer, withAge(withCacheStatus(answer.headers, 'hit'), ageMs))
  if (kept === null && !collapsed) return new SharedResponse(answer, answer.headers)
  const how = `${forwarded(kept, fresh)}${stored ? '; stored' : ''}${collapsed ? '; collapsed' : ''}`
  return new SharedResponse(answer, withCacheStatus(answer.headers, how))
}

/** Why ROLLER was asked, in the words of RFC 9211. */
function forwarded (kept: Kept | null, fresh: boolean): string {
  return `fwd=${kept === null ? 'bypass' : fresh ? 'request' : 'miss'}`
}

function declaredLength ({ headers }: UpstreamResponse): number {
  const length = headers['content-length']
  return typeof length === 'string' && /^\d{1,15}$/.test(length) ? Number(length) : 0
}

/** The line broke in the middle of an answer of which nobody has seen anything yet. */
function brokenOff (cause: unknown): never {
  if (isRollerError(cause)) throw cause
  const late = cause instanceof ExchangeFailure && cause.kind === 'timeout'
  throw new RollerError(late ? 'ROLLER_ERR_TIMEOUT' : 'ROLLER_ERR_UNREACHABLE', { detail: 'The answer broke off in the middle.', cause })
}
