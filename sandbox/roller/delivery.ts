/** Webhook deliveries, with ROLLER's retry schedule. */
import { request } from 'undici'
import type { VenueState, WebhookRecord } from './types.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** ROLLER: after 1 min, 1 min, 15 min, 1 h, 1 d and 3 d; then the webhook is disabled. */
export const RETRY_DELAYS: readonly number[] = [MINUTE, MINUTE, 15 * MINUTE, HOUR, DAY, 3 * DAY]
/** ROLLER's timeout for the acknowledgement. */
const ACKNOWLEDGE_MS = 10_000

interface Delivery {
  venue: VenueState
  webhook: WebhookRecord
  url: string
  apiKey: string
  event: Readonly<Record<string, unknown>>
  attempt: number
  dueAt: number
}

export interface Attempt { webhookId: number, url: string, eventId: string, attempt: number, at: number, status: number | null }

const MAX_LOG = 10_000

export function createDeliveries () {
  let queue: Delivery[] = []
  const log: Attempt[] = []

  async function send (delivery: Delivery, now: number): Promise<number | null> {
    const { url, apiKey, event } = delivery
    try {
      const { statusCode, body } = await request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', 'x-roller-apikey': apiKey },
        body: JSON.stringify({ ...event, sendDate: new Date(now).toISOString() }),
        headersTimeout: ACKNOWLEDGE_MS,
        bodyTimeout: ACKNOWLEDGE_MS
      })
      await body.dump()
      return statusCode
    } catch {
      return null
    }
  }

  async function attempt (delivery: Delivery, now: number): Promise<void> {
    const { webhook } = delivery
    const status = await send(delivery, now)
    log.push(
      { webhookId: webhook.webhookId, url: delivery.url, eventId: String(delivery.event['id']), attempt: delivery.attempt, at: now, status }
    )
    if (log.length > MAX_LOG) log.splice(0, MAX_LOG / 10)
    // Only 200 is success: 201 and 204 are retried like any error.
    if (status === 200) return
    const delay = RETRY_DELAYS[delivery.attempt]
    if (delay === undefined) webhook.disabled = true
    else queue.push({ ...delivery, attempt: delivery.attempt + 1, dueAt: now + delay })
  }

  return {
    log: log as readonly Attempt[],
    add (delivery: Delivery): void { queue.push(delivery) },

    /** Sends everything that is due and returns the number of deliveries. */
    async deliverDue (now: number): Promise<number> {
      const due = queue.filter((delivery) => delivery.dueAt <= now)
      queue = queue.filter((delivery) => delivery.dueAt > now)
      const wanted = due.filter(({ venue, webhook }) => !webhook.disabled && venue.webhooks.get(webhook.webhookId) === webhook)
      await Promise.all(wanted.map(async (delivery) => { await attempt(delivery, now) }))
      return wanted.length
    }
  }
}

export type Deliveries = ReturnType<typeof createDeliveries>
