/**
 * Caches responses of the operations in the `cache` option. A write on the connection invalidates what it may have changed before its
 * caller gets the response.
 */
import type { Clock } from '../../util/clock.ts'
import type { RateLimitState } from '../../util/rate-limit-state.ts'
import type { TransportName } from '../../util/transport-name.ts'
import type { CallHandler, RollerCall } from '../call.ts'
import { isRead, keyOf, preferenceOf, sendWrite, type ReadCall } from '../sharing/calls.ts'
import { ResponseWithHeaders, readWhole, WholeResponse, withAge, withCacheStatus } from '../sharing/shared-response.ts'
import type { UpstreamResponse } from '../upstream-response.ts'
import { resourceOf } from './invalidation.ts'
import type { CacheRules } from './rules.ts'
import type { CacheStore } from './store.ts'

export interface ResponseCacheParts {
  readonly next: CallHandler
  readonly clock: Clock
  readonly store: CacheStore
  readonly rules: CacheRules
}

export class ResponseCache implements CallHandler {
  readonly transport: TransportName
  readonly #next: CallHandler
  readonly #clock: Clock
  readonly #store: CacheStore
  readonly #ttls: ReadonlyMap<string, number>

  constructor ({ next, clock, store, rules }: ResponseCacheParts) {
    this.transport = next.transport
    this.#next = next
    this.#clock = clock
    this.#store = store
    this.#ttls = new Map(Object.entries(rules))
  }

  async send (call: RollerCall): Promise<UpstreamResponse> {
    if (call.method !== 'GET') {
      return await sendWrite(this.#next, call, async (resources) => { await this.#store.invalidate(call.connectionId, resources) })
    }
    const ttlMs = isRead(call) ? this.#ttls.get(call.operation.name) : undefined
    const preference = preferenceOf(call)
    if (ttlMs === undefined || preference === 'no-store') return await this.#next.send(call)
    return await this.#read(call as ReadCall, ttlMs, preference === 'no-cache') // it has a lifetime
  }

  peek (call: RollerCall): RateLimitState | undefined { return this.#next.peek?.(call) }

  async forget (connectionId: string): Promise<void> { await this.#store.invalidate(connectionId, null) }

  async #read (call: ReadCall, ttlMs: number, fresh: boolean): Promise<UpstreamResponse> {
    const startedAt = this.#clock.now()
    const key = { connectionId: call.connectionId, resource: resourceOf(call.operation.name), key: keyOf(call, this.transport) }
    const { hit, generation } = await this.#store.find(key, fresh)
    if (hit !== null) {
      const { status, headers, body } = hit.response
      // Every response reports the rate limit, including this one, which counted against none.
      return new WholeResponse(status, withAge(withCacheStatus(headers, 'hit'), hit.ageMs), body, this.peek(call))
    }
    const response = await this.#next.send(call.copy(Math.max(0, call.maxWaitMs - (this.#clock.now() - startedAt))))
    // The reason for the call to ROLLER, in the terms of RFC 9211.
    const how = `fwd=${fresh ? 'request' : 'miss'}`
    const whole = await readWhole(response)
    if (whole === null) return new ResponseWithHeaders(response, withCacheStatus(response.headers, how))
    const stored = whole.status === 200 && generation !== null && await this.#store.keep(key, generation, whole, ttlMs)
    return whole.with(withCacheStatus(whole.headers, stored ? `${how}; stored` : how))
  }
}
