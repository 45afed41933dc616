/**
 * Cancels a call. In-process callers pass an AbortSignal. Calls over HTTP use this instead: with one listener each, the two signals of a
 * call take 0.15 µs, two AbortControllers 15 µs (Node 20, side by side), a fifth of a call.
 *
 * The first listener has a field of its own; the second creates an array. V8 puts arrays that each call creates into its old generation,
 * where they keep the calls' other objects alive: see docs/architecture.md.
 */

/** The part of an AbortSignal that the gateway uses. */
export interface CancelSignal {
  readonly aborted: boolean
  /** Any value, as with AbortSignal. */
  readonly reason: unknown
  throwIfAborted (): void
  addEventListener (type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void
  removeEventListener (type: 'abort', listener: () => void): void
}

interface Abortable { abort (reason: unknown): void }

/**
 * Aborts something of a call together with a signal that may live as long as its process. After `unlink` the listener refers to nothing:
 * one that was removed from an AbortSignal still points to those that were added after it, and so would keep every later call alive once
 * it is in V8's old generation.
 */
export class AbortLink {
  readonly #signal: CancelSignal | undefined
  #target: Abortable | null
  readonly #onAbort = (): void => { this.#target?.abort(this.#signal?.reason) }

  constructor (signal: CancelSignal | undefined, target: Abortable) {
    this.#signal = signal
    this.#target = target
    if (signal?.aborted === true) this.#onAbort()
    signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  unlink (): void {
    this.#target = null
    this.#signal?.removeEventListener('abort', this.#onAbort)
  }
}

/** A caller that disconnects stops waiting for work; the work continues for the others. */
export function unlessAborted<T> (
  work: Promise<T>, signal: CancelSignal | undefined, toError = ({ reason }: CancelSignal): unknown => reason
): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(toError(signal))
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

export class Cancellation implements CancelSignal {
  aborted = false
  reason: unknown = undefined
  #first: (() => void) | null = null
  #others: (() => void)[] | null = null

  /** Effective once; later calls change nothing. */
  abort (reason: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    // One by one: a listener may remove others.
    for (let listener = this.#next(); listener !== null; listener = this.#next()) listener()
  }

  throwIfAborted (): void { if (this.aborted) throw this.reason }

  /** Each listener is called once, with or without `once`, and never after the abort. */
  addEventListener (_type: 'abort', listener: () => void): void {
    if (this.aborted) return
    if (this.#first === null) this.#first = listener
    else (this.#others ??= []).push(listener)
  }

  removeEventListener (_type: 'abort', listener: () => void): void {
    if (this.#first === listener) this.#first = this.#others?.shift() ?? null
    else this.#others = this.#others?.filter((one) => one !== listener) ?? null
  }

  #next (): (() => void) | null {
    const listener = this.#first
    this.#first = this.#others?.shift() ?? null
    return listener
  }
}
