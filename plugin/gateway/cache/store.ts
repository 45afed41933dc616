/** Where answers are stored. Both stores pass one suite. */
import type { MaybePromise } from '../../util/maybe-promise.ts'

/** An answer that was read whole. */
export interface StoredResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: Buffer
}

/** Where an answer is stored. */
export interface CacheKey {
  readonly connectionId: string
  /** What the answer is about: writes invalidate by it. */
  readonly resource: string
  /** Everything in which two calls on one connection can differ. */
  readonly key: string
}

export interface Found {
  readonly hit: { readonly answer: StoredResponse, readonly ageMs: number } | null
  /**
   * Names the state of the resource as it is before the call is sent; every write makes a new one. An answer is stored only while its
   * generation is the current one, so that nothing read before a write survives it. Null: store nothing.
   */
  readonly generation: string | null
}

/** No operation throws: a cache that fails is an empty cache. */
export interface CacheStore {
  /** @param fresh the caller wants no stored answer, only the generation to store a new one under */
  find (key: CacheKey, fresh: boolean): MaybePromise<Found>
  /** @returns true when the answer is stored; false when it is too large, or was read before a write */
  keep (key: CacheKey, generation: string, answer: StoredResponse, ttlMs: number): MaybePromise<boolean>
  /** Drops what is stored of these resources of a connection; null: of all. */
  invalidate (connectionId: string, resources: readonly string[] | null): MaybePromise<void>
}

export const NOTHING: Found = { hit: null, generation: null }
