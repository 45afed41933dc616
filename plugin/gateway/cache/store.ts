/** Where answers are kept. Both stores pass one suite. */

/** An answer that was read whole. */
export interface WholeAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: Buffer
}

/** Where an answer belongs. */
export interface Place {
  readonly connectionId: string
  /** What the answer tells of: writes invalidate by it. */
  readonly resource: string
  /** Everything in which two calls on one connection can differ. */
  readonly key: string
}

export interface Found {
  readonly hit: { readonly answer: WholeAnswer, readonly ageMs: number } | null
  /**
   * Names the state of the resource as it is before the call leaves; every write makes a new one. An answer is kept only while its generation
   * still stands, so that nothing read before a write survives it. Null: do not keep anything.
   */
  readonly generation: string | null
}

type Awaitable<T> = T | Promise<T>

/** No operation throws: a cache that fails is a cache that knows nothing. */
export interface CacheStore {
  /** @param fresh the caller wants no kept answer, only the generation to keep a new one under */
  find (place: Place, fresh: boolean): Awaitable<Found>
  /** @returns true when the answer is kept; false when it is too large, or was read before a write */
  keep (place: Place, generation: string, answer: WholeAnswer, ttlMs: number): Awaitable<boolean>
  /** Forgets what is kept of these resources of a connection; null: of all. */
  invalidate (connectionId: string, resources: readonly string[] | null): Awaitable<void>
}

export const NOTHING: Found = { hit: null, generation: null }
