/**
 * What happens at venues and to their connections, for the host's own code. There is no queue here: who sends an event hears whether it was
 * taken, and sends it again if not. ROLLER does so for four days, so nothing is lost while a handler fails.
 */
import { sleep, type Clock } from '../util/clock.ts'
import type { ConnectionEvent, ConnectionEventName } from '../nango/connection-events.ts'
import type { UsageEvent } from './usage-events.ts'
import type { OtherRollerEvent, RollerEvent, RollerEventName } from './roller-events.ts'

export type AnyEvent = RollerEvent | ConnectionEvent | UsageEvent
/** `booking.created`, all of a kind as `booking.*`, or `*`. */
export type EventPattern = RollerEventName | ConnectionEventName | UsageEvent['name'] | `${string}.*` | '*'

type OfKind<Kind extends string> = Extract<AnyEvent, { name: `${Kind}.${string}` }>

export type EventOf<Pattern extends EventPattern> =
  Pattern extends '*' ? AnyEvent
    : Pattern extends `${infer Kind}.*` ? [OfKind<Kind>] extends [never] ? OtherRollerEvent : OfKind<Kind>
      : Extract<AnyEvent, { name: Pattern }>

/** Resolves when the event is handled. A rejection or timeout makes the sender retry, so a handler must be idempotent. */
export type EventHandler<Event = AnyEvent> = (event: Event) => void | Promise<void>

export interface EventsOptions {
  readonly clock: Clock
  /** Milliseconds that all handlers of an event have. */
  readonly timeoutMs?: number
}

/** ROLLER waits 10 s for its answer; what is left is for the way. */
const TIMEOUT_MS = 8_000

/** Handlers did not take an event. */
export class EventNotHandled extends Error {
  override readonly name: string = 'EventNotTaken'
}

/** Another delivery of the same event is under way. */
export class EventBusy extends EventNotHandled {
  override readonly name = 'EventBusy'
}

/** Handlers did not finish in time. They are not stopped. */
export class EventLate extends EventNotHandled {
  override readonly name = 'EventLate'
  /** True when they took it after all, false when they failed. */
  readonly taken: Promise<boolean>

  constructor (message: string, taken: Promise<boolean>) {
    super(message)
    this.taken = taken
  }
}

export class Events {
  readonly #handlers = new Map<string, Set<EventHandler>>()
  readonly #clock: Clock
  readonly #timeoutMs: number

  constructor ({ clock, timeoutMs = TIMEOUT_MS }: EventsOptions) {
    this.#clock = clock
    this.#timeoutMs = timeoutMs
  }

  /** True when at least one handler is registered. */
  get hasHandlers (): boolean { return this.#handlers.size > 0 }

  /** @returns takes the handler away again */
  on<Pattern extends EventPattern> (pattern: Pattern, handler: EventHandler<EventOf<Pattern>>): () => void {
    const handlers = this.#handlers.get(pattern) ?? new Set()
    this.#handlers.set(pattern, handlers)
    // Only events of its pattern come to it. A function of its own, so that one given twice is taken away once.
    const own: EventHandler = (event) => (handler as EventHandler)(event)
    handlers.add(own)
    return () => {
      handlers.delete(own)
      if (handlers.size === 0 && this.#handlers.get(pattern) === handlers) this.#handlers.delete(pattern)
    }
  }

  /**
   * Gives an event to all who listen to it, at once. All of them are waited for, so that none still works on an event that comes again.
   * @param timeoutMs what is left of their time
   * @throws EventNotTaken when one of them failed, `cause` is its error; EventLate when they were not done in time
   */
  async deliver (event: AnyEvent, timeoutMs = this.#timeoutMs): Promise<void> {
    const handlers = this.#listeners(event.name)
    if (handlers.length === 0) return
    const work = Promise.allSettled(handlers.map(async (handler) => { await handler(event) })).then((results) => {
      const failure = results.find(({ status }) => status === 'rejected')
      // found by its status
      if (failure !== undefined) {
        throw new EventNotHandled(`A handler of ${event.name} failed.`, { cause: (failure as PromiseRejectedResult).reason })
      }
    })
    const done = new AbortController()
    const late = sleep(this.#clock, Math.max(0, timeoutMs), done.signal).then(() => {
      throw new EventLate(`The handlers of ${event.name} were not done in ${timeoutMs} ms.`, work.then(() => true, () => false))
    }, () => {})
    try {
      await Promise.race([late, work])
    } finally {
      done.abort()
    }
  }

  #listeners (name: string): EventHandler[] {
    const kind = `${name.slice(0, name.indexOf('.'))}.*`
    return [name, kind, '*'].flatMap((pattern) => [...this.#handlers.get(pattern) ?? []])
  }
}
