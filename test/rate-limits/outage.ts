/** Replicas whose shared store can be down, and can lose its data. */
import { setTimeout as sleep } from 'node:timers/promises'
import { MemoryLimitStore } from '#plugin/gateway/limits/memory-store.js'
import { ResilientLimitStore } from '#plugin/gateway/limits/resilient-store.js'
import type { ResilientLimitStoreOptions } from '#plugin/gateway/limits/resilient-store.js'
import { RedisUnavailable } from '#plugin/redis/script.js'
import type { LimitStore, Window } from '#plugin/gateway/limits/store.js'
import { request } from './helpers.ts'

/** Several replicas on one shared store that can fail, with a manual clock. */
export function world (replicas: number, options: Partial<ResilientLimitStoreOptions> = {}) {
  const state = { now: 1000, isDown: false, calls: 0, reported: [] as string[] }
  const now = (): number => state.now
  let memory = new MemoryLimitStore({ now })
  let first = state.now
  const reach = async <T>(work: () => T): Promise<T> => {
    state.calls++
    if (state.isDown) throw new RedisUnavailable('away')
    return work()
  }
  const shared: LimitStore = {
    take: (...args) => reach(() => {
      const result = memory.take(...args)
      return result.outcome === 'rejected' ? result : { ...result, data: { first, ageMs: state.now - first } }
    }),
    cancel: (...args) => reach(() => memory.cancel(...args)),
    refund: (...args) => reach(() => memory.refund(...args)),
    renew: (...args) => reach(() => memory.renew(...args)),
    report: (...args) => reach(() => memory.report(...args)),
    startCoolingOff: (...args) => reach(() => memory.startCoolingOff(...args)),
    coolingOff: (...args) => reach(() => memory.coolingOff(...args)),
    usage: (...args) => reach(() => memory.usage(...args)),
    close: () => {}
  }
  const stores = Array.from({ length: replicas }, (_, i) => new ResilientLimitStore(shared, {
    onRedisDown: 'share',
    replicas,
    now,
    onDown: () => { state.reported.push(`${i} away`) },
    onUp: () => { state.reported.push(`${i} back`) },
    ...options
  }))
  const restart = (): void => {
    memory = new MemoryLimitStore({ now })
    first = state.now
  }
  return { state, shared, stores, one: stores[0] as ResilientLimitStore, restart }
}

export const rest = (limit: number, windowMs = 60_000): Window[] => [{ key: 'rest', limit, windowMs }]
export const placesOf = async (store: LimitStore, windows: Window[]): Promise<number> => {
  let places = 0
  while ((await store.take(request('v', windows))).outcome === 'granted') places++
  return places
}
/** Lets a background probe finish. */
export const settle = async (): Promise<void> => { await sleep(1) }
