/** Stores of cached responses. Both stores pass one test suite. */
import type { MaybePromise } from '../../util/maybe-promise.ts'

/** A response that was read completely. */
export interface StoredResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: Buffer
}

/** The key of a response. */
export interface CacheKey {
  readonly connectionId: string
  /** The resources of the response: writes invalidate by them. */
  readonly resource: string
  /** Everything in which two calls on one connection can differ. */
  readonly key: string
}

export interface Found {
  readonly hit: { readonly response: StoredResponse, readonly ageMs: number } | null
  /**
   * The state of the resource before the call is sent; every write creates a new one. A response is stored only while its generation is
   * current, so that nothing read before a write survives it. Null: store nothing.
   */
  readonly generation: string | null
}

/** No operation throws: a failing cache behaves like an empty one. */
export interface CacheStore {
  /** @param fresh returns no stored response, only the generation under which to store a new one */
  find (key: CacheKey, fresh: boolean): MaybePromise<Found>
  /** @returns true if the response was stored; false if it is too large, or was read before a write */
  keep (key: CacheKey, generation: string, response: StoredResponse, ttlMs: number): MaybePromise<boolean>
  /** Invalidates these resources of a connection; null: all. */
  invalidate (connectionId: string, resources: readonly string[] | null): MaybePromise<void>
}

export const NOTHING: Found = { hit: null, generation: null }
