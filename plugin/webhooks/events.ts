/**
 * Events of venues and their connections, for the host's own code. There is no queue here: the sender gets the result, and retries after a
 * failure. ROLLER does so for four days, so nothing is lost while a handler fails.
 */
import { inTime, type Clock } from '../util/clock.ts'
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
  /** Timeout in milliseconds for all handlers of an event. */
  readonly timeoutMs: number
}

/** A handler failed. */
export class EventNotHandled extends Error {
  override readonly name: string = 'EventNotHandled'
}

/** Another replica is delivering the same event. */
export class EventBusy extends EventNotHandled {
  override readonly name = 'EventBusy'
}

/** Handlers did not finish in time. They are not stopped. */
export class HandlersTimedOut extends EventNotHandled {
  override readonly name = 'HandlersTimedOut'
  /** True if they succeeded after all, false if they failed. */
  readonly result: Promise<boolean>

  constructor (message: string, result: Promise<boolean>) {
    super(message)
    this.result = result
  }
}

export class Events {
  readonly #handlers = new Map<string, Set<EventHandler>>()
  readonly #clock: Clock
  readonly #timeoutMs: number

  constructor ({ clock, timeoutMs }: EventsOptions) {
    this.#clock = clock
    this.#timeoutMs = timeoutMs
  }

  /** True when at least one handler is registered. */
  get hasHandlers (): boolean { return this.#handlers.size > 0 }

  /** @returns removes the handler */
  on<Pattern extends EventPattern> (pattern: Pattern, handler: EventHandler<EventOf<Pattern>>): () => void {
    const handlers = this.#handlers.get(pattern) ?? new Set()
    this.#handlers.set(pattern, handlers)
    // Filtered by the pattern. A new function, so that a handler registered twice is removed once.
    const own: EventHandler = (event) => (handler as EventHandler)(event)
    handlers.add(own)
    return () => {
      handlers.delete(own)
      if (handlers.size === 0 && this.#handlers.get(pattern) === handlers) this.#handlers.delete(pattern)
    }
  }

  /**
   * Emits an event to all handlers at once and waits for all of them, so that none is still running when the event is repeated.
   * @param timeoutMs the remaining time of the handlers
   * @throws EventNotHandled if one of them failed, with its error as `cause`; HandlersTimedOut if they did not finish in time
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
    await inTime(this.#clock, timeoutMs, work, () => new HandlersTimedOut(
      `The handlers of ${event.name} timed out after ${timeoutMs} ms.`, work.then(() => true, () => false)
    ))
  }

  #listeners (name: string): EventHandler[] {
    const kind = `${name.slice(0, name.indexOf('.'))}.*`
    return [name, kind, '*'].flatMap((pattern) => [...this.#handlers.get(pattern) ?? []])
  }
}
