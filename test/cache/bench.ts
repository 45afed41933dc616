/** Shared setup of the tests of both stores. */
import type { UpstreamResponse } from '#plugin/gateway/upstream-response.js'
import type { CacheStore } from '#plugin/gateway/cache/store.js'
import { callOf, FakeGateway, Sharing, textOf } from './helpers.ts'
import { SteppedClock } from '../support/manual-clock.ts'

export interface Bench {
  readonly store: CacheStore
  /** Ages the entries. */
  pass (ms: number): Promise<void> | void
}

export const RULES = {
  'GET /products': 60_000, 'GET /product-availability': 30_000, 'GET /venues/me': 60_000, 'GET /data/products': 60_000
} as const
let count = 0

/** Each test has its own venue: nothing is cleared between tests. */
export function open ({ store }: Bench) {
  const connectionId = `venue-${process.pid}-${++count}`
  const gateway = new FakeGateway()
  gateway.serve = (_call, number) => ({ body: `body ${number}` })
  const shared = new Sharing({ next: gateway, clock: new SteppedClock(), cache: { store, rules: RULES } })
  const send = (call: Parameters<typeof callOf>[0] = {}): Promise<UpstreamResponse> => shared.send(callOf({ connectionId, ...call }))
  const get = async (call: Parameters<typeof callOf>[0] = {}): Promise<string> => await textOf(await send(call))
  return { connectionId, gateway, shared, send, get }
}

export const cacheStatus = ({ headers }: UpstreamResponse): unknown[] => [headers['cache-status'], headers['age']]
