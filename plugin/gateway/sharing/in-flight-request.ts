import { Cancellation, type CancelSignal } from '../../util/cancellation.ts'
import type { UpstreamResponse } from '../upstream-response.ts'
import type { RollerCall } from '../call.ts'
import type { WholeResponse } from './shared-response.ts'

/**
 * The result of a shared request for one of its subscribers. Classes, like all objects of a call: V8 would place literals that outlive a
 * collection in its old generation, where they keep the call's other objects alive. See docs/architecture.md.
 */
export type SharedResult = WholeResult | StreamResult | typeof TAKEN

/** The response for all of them. */
export class WholeResult {
  readonly kind = 'whole'
  readonly response: WholeResponse
  constructor (response: WholeResponse) { this.response = response }
}

/** Too large to share, or still streaming: one subscriber takes it. */
export class StreamResult {
  readonly kind = 'stream'
  readonly response: UpstreamResponse
  constructor (response: UpstreamResponse) { this.response = response }
}

/** Another subscriber has taken it. */
const TAKEN = { kind: 'taken' } as const

type Joining = Pick<RollerCall, 'signal' | 'admit'>

class Subscriber {
  readonly resolve: (result: SharedResult) => void
  readonly reject: (reason: unknown) => void
  readonly signal: CancelSignal | undefined
  readonly admit: RollerCall['admit']
  readonly #unsubscribe: () => void

  constructor (
    request: InFlightRequest, { signal, admit }: Joining, resolve: (result: SharedResult) => void, reject: (reason: unknown) => void
  ) {
    this.resolve = resolve
    this.reject = reject
    this.signal = signal
    this.admit = admit
    this.#unsubscribe = () => { request.unsubscribe(this) }
    signal?.addEventListener('abort', this.#unsubscribe)
  }

  release (): void { this.signal?.removeEventListener('abort', this.#unsubscribe) }
}

/** One request to ROLLER for several subscribers. Each can leave at any time; the request is cancelled when the last one has left. */
export class InFlightRequest {
  readonly connectionId: string
  readonly key: string
  /** Until when the request may wait for its lease, by the clock: the deadline of its first caller. */
  readonly deadline: number
  /** The previous one of its connection. Set by InFlightRequests. */
  older: InFlightRequest | null = null
  readonly #cancellation = new Cancellation()
  readonly #onEmpty: (request: InFlightRequest) => void
  /** Hardly ever more than one. An array for each request would outlive it in V8's old generation: see Cancellation. */
  #subscribers: Subscriber | Subscriber[] | null = null

  constructor (connectionId: string, key: string, deadline: number, onEmpty: (request: InFlightRequest) => void) {
    this.connectionId = connectionId
    this.key = key
    this.deadline = deadline
    this.#onEmpty = onEmpty
  }

  /** Aborts when the last subscriber has left. */
  get signal (): CancelSignal { return this.#cancellation }

  get size (): number { return Array.isArray(this.#subscribers) ? this.#subscribers.length : this.#subscribers === null ? 0 : 1 }

  /** @throws the error of the request; the signal's reason if this subscriber leaves */
  join (call: Joining): Promise<SharedResult> {
    return new Promise((resolve, reject) => {
      const subscriber = new Subscriber(this, call, resolve, reject)
      this.#subscribers = this.#subscribers === null ? subscriber : [...this.#all(), subscriber]
    })
  }

  unsubscribe (subscriber: Subscriber): void {
    const reason: unknown = subscriber.signal?.reason
    subscriber.reject(reason)
    this.#remove(subscriber)
    if (this.#subscribers !== null) return
    this.#onEmpty(this)
    this.#cancellation.abort(reason)
  }

  /**
   * Authorizes each subscriber again. Rejected ones get the error.
   * @throws RollerError the last one's if no subscriber is left
   */
  readonly admit = async (): Promise<void> => {
    let last: unknown
    for (const subscriber of this.#all()) {
      try {
        await subscriber.admit?.()
      } catch (error) {
        last = error
        subscriber.release()
        subscriber.reject(error)
        this.#remove(subscriber)
      }
    }
    if (this.#subscribers !== null || last === undefined) return
    this.#onEmpty(this) // the error is not for a caller that comes now
    throw last
  }

  settle (result: WholeResult | StreamResult): void {
    if (result.kind === 'stream') return this.#handOver(result)
    for (const subscriber of this.#releaseAll()) subscriber.resolve(result)
  }

  fail (error: unknown): void {
    for (const subscriber of this.#releaseAll()) subscriber.reject(error)
  }

  /** The first subscriber takes the stream and stays subscribed: it can leave in the middle of it. */
  #handOver (result: StreamResult): void {
    if (this.#subscribers !== null && !Array.isArray(this.#subscribers)) return this.#subscribers.resolve(result)
    const [first, ...others] = this.#all()
    if (first === undefined) return // the last subscriber has cancelled the request
    this.#subscribers = first
    for (const subscriber of others) {
      subscriber.release()
      subscriber.resolve(TAKEN)
    }
    first.resolve(result)
  }

  #all (): readonly Subscriber[] {
    if (this.#subscribers === null) return []
    return Array.isArray(this.#subscribers) ? this.#subscribers : [this.#subscribers]
  }

  #remove (subscriber: Subscriber): void {
    const others = this.#all().filter((one) => one !== subscriber)
    this.#subscribers = others.length > 1 ? others : others[0] ?? null
  }

  #releaseAll (): readonly Subscriber[] {
    const all = this.#all()
    this.#subscribers = null
    for (const subscriber of all) subscriber.release()
    return all
  }
}
