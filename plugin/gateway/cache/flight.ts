import { Cancellation, type CancelSignal } from '../../cancellation.ts'
import { RollerError } from '../../errors.ts'
import type { Answer } from '../answer.ts'
import type { BudgetUse } from '../budget/budgets.ts'
import type { GatewayCall } from '../call.ts'
import type { WholeAnswer } from './store.ts'

/** What a shared call came to, for one of those who waited for it. */
export type Landing =
  /** The answer for everybody. `ageMs` null: it has come just now. */
  | { readonly kind: 'whole', readonly answer: WholeAnswer, readonly ageMs: number | null, readonly stored: boolean }
  /** Too large to share, or still flowing: one caller takes it. */
  | { readonly kind: 'stream', readonly answer: Answer }
  /** Another caller has taken it. */
  | { readonly kind: 'taken' }

interface Passenger {
  readonly resolve: (landing: Landing) => void
  readonly reject: (reason: unknown) => void
  readonly onUse: GatewayCall['onUse']
  readonly release: () => void
}

/** One call to ROLLER for several callers. Each leaves when it wants to; the call ends early only when the last has left. */
export class Flight {
  readonly connectionId: string
  /** Until when the call may wait for its place, by the clock: the patience of the caller who began it. */
  readonly deadline: number
  /** The one that was under way on the connection when this one began: see Flights. */
  before: Flight | null = null
  readonly #aboard = new Set<Passenger>()
  readonly #cancellation = new Cancellation()
  readonly #onEmpty: (flight: Flight) => void
  readonly #makeKey: () => string
  #key: string | null = null
  #use: BudgetUse | null = null

  /** @param makeKey says what the calls have in common; hardly any call is asked for it */
  constructor (connectionId: string, makeKey: () => string, deadline: number, onEmpty: (flight: Flight) => void) {
    this.connectionId = connectionId
    this.#makeKey = makeKey
    this.deadline = deadline
    this.#onEmpty = onEmpty
  }

  /** What the calls have in common. */
  get key (): string {
    this.#key ??= this.#makeKey()
    return this.#key
  }

  /** Aborts when nobody waits any more. */
  get signal (): CancelSignal { return this.#cancellation }

  get size (): number { return this.#aboard.size }

  /** @throws what the call fails with; the signal's reason when this caller leaves */
  join ({ signal, onUse }: Pick<GatewayCall, 'signal' | 'onUse'>): Promise<Landing> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        reject(signal?.reason)
        this.#aboard.delete(passenger)
        if (this.#aboard.size === 0) this.#abandon(signal?.reason)
      }
      const passenger: Passenger = { resolve, reject, onUse, release: () => signal?.removeEventListener('abort', onAbort) }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#aboard.add(passenger)
      if (this.#use !== null) onUse?.(this.#use)
    })
  }

  /** Tells everybody how the budget stands. */
  readonly tell = (use: BudgetUse): void => {
    this.#use = use
    for (const { onUse } of this.#aboard) onUse?.(use)
  }

  land (landing: Exclude<Landing, { kind: 'taken' }>): void {
    if (landing.kind === 'stream') return this.#handOver(landing)
    for (const { resolve, release } of this.#leaving()) {
      release()
      resolve(landing)
    }
  }

  fail (error: unknown): void {
    for (const { reject, release } of this.#leaving()) {
      release()
      reject(error)
    }
  }

  /** The first caller still here takes the stream, and stays aboard: it can leave in the middle of it. */
  #handOver (landing: Landing & { kind: 'stream' }): void {
    const [first, ...others] = this.#aboard
    if (first === undefined) return landing.answer.abort(new RollerError('ROLLER_ERR_INTERNAL', { detail: 'Nobody waits for the answer.' }))
    for (const passenger of others) {
      this.#aboard.delete(passenger)
      passenger.release()
      passenger.resolve({ kind: 'taken' })
    }
    first.resolve(landing)
  }

  #leaving (): Passenger[] {
    const leaving = [...this.#aboard]
    this.#aboard.clear()
    return leaving
  }

  #abandon (reason: unknown): void {
    this.#onEmpty(this)
    this.#cancellation.abort(reason)
  }
}
