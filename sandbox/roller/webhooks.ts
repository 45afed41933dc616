/** Webhook registrations, and which events each of them gets. */
import { randomUUID } from 'node:crypto'
import { detail, type Included } from './booking-view.ts'
import { demand, flag, invalid, notFound, object, text, texts, type Input } from './input.ts'
import { findVariation, reportType } from './products.ts'
import type { Deliveries } from './delivery.ts'
import type { EventKind, EventType, Routes } from './contract.ts'
import type { Booking, VenueState, WebhookRecord } from './types.ts'

/** The property of `configuration.webhooks` that subscribes to each type. */
const subscriptions: Readonly<Record<EventKind, string>> = {
  Booking: 'booking',
  Redemption: 'redemption',
  Customer: 'customer',
  BulkExport: 'bulkExport',
  SignedWaiver: 'signedWaiver',
  PaymentLink: 'paymentLink'
}

/** A booking inside the simulator; what a webhook gets of it depends on its own `include`. */
const isBooking = (value: unknown): value is Booking =>
  typeof value === 'object' && value !== null && 'uniqueId' in value && 'links' in value

function passesFilter (venue: VenueState, filter: Input, booking: Booking): boolean {
  const [channels, ids, types] = [texts(filter, 'channels'), texts(filter, 'productIds'), texts(filter, 'productTypes')]
  const category = text(filter, 'productCategory')
  if (channels.length > 0 && !channels.includes(booking.channel)) return false
  if (ids.length === 0 && types.length === 0 && category === undefined) return true
  return booking.items.some((item) => {
    const product = findVariation(venue, item.productId)?.product
    if (product === undefined) return false
    const { productType, productSubType } = reportType(product)
    return (ids.length === 0 || ids.includes(String(item.productId)) || ids.includes(String(product.id))) &&
      (types.length === 0 || types.includes(productType) || types.includes(productSubType)) &&
      (category === undefined || category === product.category)
  })
}

/** What the webhook gets of the event, or nothing when it is not subscribed to it. */
function payload (venue: VenueState, webhook: WebhookRecord, type: EventKind, eventType: EventType, data: Input): Input | undefined {
  const subscription = object(object(webhook.configuration, 'webhooks'), subscriptions[type])
  if (!texts(subscription, 'events').includes(eventType)) return undefined
  const booking = data['booking']
  if (!isBooking(booking)) return data
  if (!passesFilter(venue, object(subscription, 'filter'), booking)) return undefined
  if (type !== 'Booking') {
    const { booking: _, ...rest } = data
    return rest
  }
  return { venueId: venue.id, ...detail(venue, booking, object(subscription, 'include') as Included) }
}

/** Queues an event for every webhook of the venue that wants it. */
export function dispatch (
  deliveries: Deliveries, venue: VenueState, type: EventKind, eventType: EventType, data: Input, now: number, times = 1
): void {
  // One event has one id, whoever gets it and however often: that is what receivers tell repeats by.
  const id = randomUUID()
  for (const webhook of venue.webhooks.values()) {
    if (webhook.disabled || flag(webhook.configuration, 'enabled') !== true) continue
    const content = payload(venue, webhook, type, eventType, data)
    if (content === undefined) continue
    const delivery = {
      venue,
      webhook,
      url: text(webhook.configuration, 'url') ?? '',
      apiKey: text(object(webhook.configuration, 'authentication'), 'apiKey') ?? '',
      event: { id, sendDate: '', type, eventType, eventDate: new Date(now).toISOString(), data: content },
      attempt: 0,
      dueAt: now
    }
    for (let time = 0; time < times; time++) deliveries.add(delivery)
  }
}

/** ROLLER: HTTPS only. Plain HTTP to this machine is allowed here, so that tests can listen. */
function checkUrl (value: string): void {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const loopback = url !== undefined && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url?.protocol === 'https:' || (loopback && url?.protocol === 'http:')) return
  throw invalid({ name: 'url', message: 'url must be an HTTPS address' })
}

function configuration (body: Input): Input {
  demand(body, { at: '', names: ['url', 'enabled', 'authentication'] }, { at: 'authentication', names: ['apiKey'] })
  checkUrl(text(body, 'url') ?? '')
  const wanted = object(body, 'webhooks')
  if (!Object.values(subscriptions).some((name) => texts(object(wanted, name), 'events').length > 0)) {
    throw invalid({ name: 'webhooks', message: 'webhooks needs the events of at least one type' })
  }
  const webhooks = Object.fromEntries(
    Object.values(subscriptions).flatMap((name) => wanted[name] === undefined ? [] : [[name, wanted[name]]])
  )
  const apiKey = text(object(body, 'authentication'), 'apiKey') ?? ''
  return { url: text(body, 'url'), enabled: flag(body, 'enabled') ?? false, authentication: { apiKey }, webhooks }
}

function published (webhook: WebhookRecord): Input {
  const enabled = flag(webhook.configuration, 'enabled') === true && !webhook.disabled
  return {
    webhookId: webhook.webhookId,
    createdDate: new Date(webhook.createdAt).toISOString(),
    configuration: { ...webhook.configuration, enabled }
  }
}

function findWebhook (venue: VenueState, id: string | undefined): WebhookRecord {
  const webhook = venue.webhooks.get(Number(id))
  if (webhook === undefined) throw notFound(`Webhook ${id ?? ''} not found`)
  return webhook
}

export const webhookRoutes: Routes = {
  'POST /webhooks': ({ venue, body, now }) => {
    const webhook: WebhookRecord = { webhookId: venue.next('webhook'), createdAt: now, disabled: false, configuration: configuration(body) }
    venue.webhooks.set(webhook.webhookId, webhook)
    return { status: 201, body: published(webhook) }
  },

  'GET /webhooks': ({ venue }) => ({ status: 200, body: [...venue.webhooks.values()].map(published) }),

  'PUT /webhooks/{webhookId}': ({ venue, params, body }) => {
    const webhook = findWebhook(venue, params['webhookId'])
    webhook.configuration = configuration(body)
    webhook.disabled = false
    return { status: 200 }
  },

  'DELETE /webhooks/{webhookId}': ({ venue, params }) => {
    venue.webhooks.delete(findWebhook(venue, params['webhookId']).webhookId)
    return { status: 200 }
  }
}
