/**
 * Delivery of events that no sender repeats. ROLLER and Nango retry failed deliveries; an event that the gateway itself detects, at `POST
 * /connections` or by polling, would be lost with the first failing handler.
 */
import type { Clock } from '../util/clock.ts'
import type { ConnectionEvent } from '../nango/connection-events.ts'
import { deliverOnce } from './deliver-once.ts'
import { EventBusy } from './events.ts'
import { failureReason } from './failure-reason.ts'
import { RetryQueue, type RetryFacts, type RetryQueueOptions } from './retry-queue.ts'
import type { DedupeStore } from './dedupe-store.ts'

export interface DeliveryLog {
  info (facts: object, message: string): void
  warn (facts: object, message: string): void
  error (facts: object, message: string): void
}

export interface ReliableDeliveryOptions extends Pick<RetryQueueOptions, 'random'> {
  /** Passes the event to its handlers. @throws if one of them failed */
  readonly deliver: (event: ConnectionEvent) => Promise<void>
  /** Handled events, of this replica or another. */
  readonly store: DedupeStore
  readonly clock: Clock
  readonly log: DeliveryLog
}

interface PendingName {
  readonly event: string
  readonly id: string
  /** False: another delivery was in progress. */
  readonly failed: boolean
}

const GIVEN_UP: Readonly<Record<RetryFacts['reason'], string>> = {
  'too-old': 'an event of a connection is lost: no handler took it in 24 hours',
  'too-many': 'an event of a connection is lost: too many others wait for their handlers already',
  closed: 'an event of a connection is lost: its handlers failed while the app was closing'
}

export class ReliableDelivery {
  readonly #options: ReliableDeliveryOptions
  readonly #queue: RetryQueue
  /** The log fields of a pending event, without data of the connection. */
  readonly #names = new Map<string, PendingName>()
  /** In progress in this process. */
  readonly #running = new Map<string, Promise<void>>()

  constructor (options: ReliableDeliveryOptions) {
    const { deliver, store, log, ...queue } = options
    this.#options = options
    this.#queue = new RetryQueue({
      ...queue,
      onDone: ({ key, tries }) => {
        const { failed = false, ...name } = this.#forget(key) ?? {}
        if (failed) log.info({ ...name, tries }, 'a connection event was handled after its handlers had failed')
      },
      onGivenUp: ({ key, tries, reason, error }) => {
        const { failed: _, ...name } = this.#forget(key) ?? {}
        log.error({ ...name, tries, reason: failureReason(error) }, GIVEN_UP[reason])
      }
    })
  }

  /** Number of events that wait for a retry. */
  get pending (): number { return this.#queue.size }

  /**
   * Tries at once, and retries in the background.
   * @throws EventBusy while another replica delivers the event; EventNotHandled if a handler failed
   */
  async deliver (event: ConnectionEvent): Promise<void> {
    const key = JSON.stringify([event.connectionId, event.id])
    try {
      await this.#try(key, event)
    } catch (error) {
      if (!this.#names.has(key)) {
        // A replica that is handling it may end before it is done: the event waits here as well.
        const failed = !(error instanceof EventBusy)
        this.#names.set(key, { event: event.name, id: event.id, failed })
        if (failed) {
          this.#options.log.warn(
            { event: event.name, id: event.id, reason: failureReason(error) },
            'a connection event was not handled; it is delivered again'
          )
        }
      }
      this.#queue.add(key, () => this.#try(key, event), error)
      throw error
    }
    this.#queue.remove(key)
    this.#forget(key)
  }

  /** Logs how many events are lost with the process. */
  async close (): Promise<void> {
    const left = await this.#queue.close()
    this.#names.clear()
    if (left > 0) this.#options.log.warn({ left }, 'the app closes, and unhandled connection events are lost')
  }

  /**
   * Two sources often report a change at once, such as the connect page and a webhook: both get the result of one delivery.
   * @throws EventBusy, EventNotHandled
   */
  async #try (key: string, event: ConnectionEvent): Promise<void> {
    const running = this.#running.get(key) ?? this.#deliverOnce(event).finally(() => { this.#running.delete(key) })
    this.#running.set(key, running)
    await running
  }

  async #deliverOnce (event: ConnectionEvent): Promise<void> {
    const { store, deliver } = this.#options
    const claim = await deliverOnce(store, { connectionId: event.connectionId, id: event.id }, () => deliver(event))
    if (claim === 'busy') throw new EventBusy(`Another delivery of ${event.name} is in progress.`)
  }

  #forget (key: string): PendingName | undefined {
    const name = this.#names.get(key)
    this.#names.delete(key)
    return name
  }
}
