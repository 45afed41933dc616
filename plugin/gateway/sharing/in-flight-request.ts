import { Cancellation, type CancelSignal } from '../../util/cancellation.ts'
import { RollerError } from '../../errors.ts'
import type { UpstreamResponse } from '../upstream-response.ts'
import type { RateLimitState } from '../limits/rate-limiter.ts'
import type { RollerCall } from '../call.ts'
import type { CallKey } from './calls.ts'
import type { WholeAnswer } from '../cache/store.ts'

/** What a shared call came to, for one of those who waited for it. */
export type SharedResult =
  /** The answer for everybody. `ageMs` null: it has come just now. */
  | { readonly kind: 'whole', readonly answer: WholeAnswer, readonly ageMs: number | null, readonly stored: boolean }
  /** Too large to share, or still flowing: one caller takes it. */
  | { readonly kind: 'stream', readonly answer: UpstreamResponse }
  /** Another caller has taken it. */
  | { readonly kind: 'taken' }

interface Subscriber {
  readonly resolve: (landing: SharedResult) => void
  readonly reject: (reason: unknown) => void
  readonly onUse: RollerCall['onUse']
  readonly signal: CancelSignal | undefined
  readonly admit: RollerCall['admit']
  readonly leave: () => void
}

/** One call to ROLLER for several callers. Each leaves when it wants to; the call ends early only when the last has left. */
export class InFlightRequest {
  readonly connectionId: string
  readonly key: Pick<CallKey, 'text'>
  /** Until when the call may wait for its place, by the clock: the patience of the caller who began it. */
  readonly deadline: number
  /** The one that was under way on the connection when this one began: see InFlightRequests. */
  before: InFlightRequest | null = null
  /** Hardly ever more than one. */
  #aboard: Subscriber[] = []
  readonly #cancellation = new Cancellation()
  readonly #onEmpty: (flight: InFlightRequest) => void
  #use: RateLimitState | null = null

  constructor (connectionId: string, key: Pick<CallKey, 'text'>, deadline: number, onEmpty: (flight: InFlightRequest) => void) {
    this.connectionId = connectionId
    this.key = key
    this.deadline = deadline
    this.#onEmpty = onEmpty
  }

  /** Aborts when nobody waits any more. */
  get signal (): CancelSignal { return this.#cancellation }

  get size (): number { return this.#aboard.length }

  /** @throws what the call fails with; the signal's reason when this caller leaves */
  join ({ signal, onUse, admit }: Pick<RollerCall, 'signal' | 'onUse' | 'admit'>): Promise<SharedResult> {
    return new Promise((resolve, reject) => {
      const passenger: Subscriber = { resolve, reject, onUse, signal, admit, leave: () => this.#leave(passenger) }
      signal?.addEventListener('abort', passenger.leave, { once: true })
      this.#aboard.push(passenger)
      if (this.#use !== null) onUse?.(this.#use)
    })
  }

  /** Tells everybody how the budget stands. */
  readonly tell = (use: RateLimitState): void => {
    this.#use = use
    for (const { onUse } of this.#aboard) onUse?.(use)
  }

  /**
   * Asks again for each caller whether it may have the answer. Those who may not get the error.
   * @throws RollerError the last one's, when nobody is left
   */
  readonly admit = async (): Promise<void> => {
    let last: unknown
    for (const passenger of this.#aboard) {
      try {
        await passenger.admit?.()
      } catch (error) {
        last = error
        release(passenger)
        passenger.reject(error)
        this.#aboard = this.#aboard.filter((one) => one !== passenger)
      }
    }
    if (this.#aboard.length === 0 && last !== undefined) throw last
  }

  land (landing: Exclude<SharedResult, { kind: 'taken' }>): void {
    if (landing.kind === 'stream') return this.#handOver(landing)
    for (const passenger of this.#disembark()) passenger.resolve(landing)
  }

  fail (error: unknown): void {
    for (const passenger of this.#disembark()) passenger.reject(error)
  }

  /** The first caller still here takes the stream, and stays aboard: it can leave in the middle of it. */
  #handOver (landing: SharedResult & { kind: 'stream' }): void {
    const first = this.#aboard[0]
    if (first === undefined) return landing.answer.abort(new RollerError('ROLLER_ERR_INTERNAL', { detail: 'Nobody waits for the answer.' }))
    if (this.#aboard.length > 1) {
      const others = this.#aboard.slice(1)
      this.#aboard = [first]
      for (const passenger of others) {
        release(passenger)
        passenger.resolve({ kind: 'taken' })
      }
    }
    first.resolve(landing)
  }

  #disembark (): Subscriber[] {
    const leaving = this.#aboard
    this.#aboard = []
    leaving.forEach(release)
    return leaving
  }

  #leave (passenger: Subscriber): void {
    const reason: unknown = passenger.signal?.reason
    passenger.reject(reason)
    this.#aboard = this.#aboard.filter((one) => one !== passenger)
    if (this.#aboard.length > 0) return
    this.#onEmpty(this)
    this.#cancellation.abort(reason)
  }
}

function release ({ signal, leave }: Subscriber): void { signal?.removeEventListener('abort', leave) }
