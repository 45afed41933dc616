/**
 * What ends a call before its time. An AbortSignal does, and callers of the plugin in process give one; but making one costs more than
 * guarding and validating a call, so calls over HTTP have this in its place: with a listener 0.03 µs against 6.7 µs, twice a call.
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

export class Cancellation implements CancelSignal {
  aborted = false
  reason: unknown = undefined
  #listeners: (() => void)[] = []

  /** Once; what comes after changes nothing. */
  abort (reason: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    // One by one: a listener may take away others.
    for (let listener = this.#listeners.shift(); listener !== undefined; listener = this.#listeners.shift()) listener()
  }

  throwIfAborted (): void { if (this.aborted) throw this.reason }

  /** Each listener is called once, whether it asks for that or not: there is only one end. Nobody is told of an end that has been. */
  addEventListener (_type: 'abort', listener: () => void): void { if (!this.aborted) this.#listeners.push(listener) }

  removeEventListener (_type: 'abort', listener: () => void): void {
    const index = this.#listeners.indexOf(listener)
    if (index !== -1) this.#listeners.splice(index, 1)
  }
}

/** For what takes nothing but an AbortSignal. */
export function toAbortSignal (signal: CancelSignal): AbortSignal {
  if (signal instanceof AbortSignal) return signal
  const controller = new AbortController()
  if (signal.aborted) controller.abort(signal.reason)
  else signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true })
  return controller.signal
}
