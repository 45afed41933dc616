/** Webhook registrations, and the events of each. */
import { randomUUID } from 'node:crypto'
import { detail, type Included } from './booking-view.ts'
import { Created, type Call, type EventKind, type EventType, type Routes } from './contract.ts'
import { demand, flag, found, invalid, object, text, texts, type Input } from './input.ts'
import { reportType, soldAs } from './products.ts'
import type { Deliveries } from './delivery.ts'
import type { Booking, VenueState, WebhookRecord } from './types.ts'

/** The property of `configuration.webhooks` that subscribes to a type. */
const property = (type: EventKind): string => type.charAt(0).toLowerCase() + type.slice(1)
const kinds: readonly EventKind[] = ['Booking', 'Redemption', 'Customer', 'BulkExport', 'SignedWaiver', 'PaymentLink']

function passesFilter (venue: VenueState, filter: Input, booking: Booking): boolean {
  const [channels, ids, types] = [texts(filter, 'channels'), texts(filter, 'productIds'), texts(filter, 'productTypes')]
  const category = text(filter, 'productCategory')
  const isAmong = (wanted: string[], ...values: (string | number)[]): boolean =>
    wanted.length === 0 || values.some((value) => wanted.includes(String(value)))
  return isAmong(channels, booking.channel) && booking.items.some((item) => {
    const { product } = soldAs(venue, item)
    return isAmong(ids, item.productId, product.id) && isAmong(types, ...Object.values(reportType(product))) &&
      (category === undefined || category === product.category)
  })
}

interface Event { type: EventKind, eventType: EventType, data: Input }

/** The payload for this webhook, or undefined if it is not subscribed to the event. */
function payload (venue: VenueState, { configuration }: WebhookRecord, { type, eventType, data }: Event): Input | undefined {
  const subscription = object(object(configuration, 'webhooks'), property(type))
  if (!texts(subscription, 'events').includes(eventType)) return undefined
  const { booking, ...rest } = data as Input & { booking?: Booking } // a booking of the simulator's own
  if (booking === undefined) return rest
  if (!passesFilter(venue, object(subscription, 'filter'), booking)) return undefined
  // The payload of a booking depends on the subscription's `include`.
  return type === 'Booking' ? { venueId: venue.id, ...detail(venue, booking, object(subscription, 'include') as Included) } : rest
}

/** Queues an event for every subscribed webhook of the venue. */
export function dispatch (deliveries: Deliveries, venue: VenueState, event: Event, now: number, times: number): void {
  // An event has the same id for all receivers and retries, so that receivers can deduplicate.
  const id = randomUUID()
  for (const webhook of venue.webhooks.values()) {
    const data = isEnabled(webhook) ? payload(venue, webhook, event) : undefined
    if (data === undefined) continue
    const { type, eventType } = event
    const delivery = {
      venue,
      webhook,
      url: text(webhook.configuration, 'url') ?? '',
      apiKey: text(object(webhook.configuration, 'authentication'), 'apiKey') ?? '',
      event: { id, sendDate: '', type, eventType, eventDate: new Date(now).toISOString(), data },
      attempt: 0,
      dueAt: now
    }
    for (let time = 0; time < times; time++) deliveries.add(delivery)
  }
}

const isEnabled = ({ configuration, disabled }: WebhookRecord): boolean => flag(configuration, 'enabled') === true && !disabled

/** ROLLER: HTTPS only. Plain HTTP to this machine is allowed here, so that tests can listen. */
function isAllowed (value: string): boolean {
  if (!URL.canParse(value)) return false
  const { protocol, hostname } = new URL(value)
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname))
}

function readConfiguration (body: Input): Input {
  demand(body, 'url', 'enabled', 'authentication', 'authentication.apiKey')
  const url = text(body, 'url') ?? ''
  if (!isAllowed(url)) throw invalid('url', 'url must be an HTTPS address')
  const wanted = object(body, 'webhooks')
  const names = kinds.map(property).filter((name) => wanted[name] !== undefined)
  if (!names.some((name) => texts(object(wanted, name), 'events').length > 0)) {
    throw invalid('webhooks', 'webhooks needs the events of at least one type')
  }
  const authentication = { apiKey: text(object(body, 'authentication'), 'apiKey') ?? '' }
  const webhooks = Object.fromEntries(names.map((name) => [name, wanted[name]]))
  return { url, enabled: flag(body, 'enabled') ?? false, authentication, webhooks }
}

const published = (webhook: WebhookRecord): Input => ({
  webhookId: webhook.webhookId,
  createdDate: new Date(webhook.createdAt).toISOString(),
  configuration: { ...webhook.configuration, enabled: isEnabled(webhook) }
})

const find = ({ venue, param }: Call): WebhookRecord =>
  found(venue.webhooks.get(Number(param('webhookId'))), `Webhook ${param('webhookId')} not found`)

export const webhookRoutes: Routes = {
  'POST /webhooks': ({ venue, body, now }) => {
    const webhook = { webhookId: venue.next('webhook'), createdAt: now, disabled: false, configuration: readConfiguration(body) }
    venue.webhooks.set(webhook.webhookId, webhook)
    return new Created(published(webhook))
  },
  'GET /webhooks': ({ venue }) => [...venue.webhooks.values()].map(published),
  'PUT /webhooks/{webhookId}': (call) => {
    Object.assign(find(call), { configuration: readConfiguration(call.body), disabled: false })
  },
  'DELETE /webhooks/{webhookId}': (call) => { call.venue.webhooks.delete(find(call).webhookId) }
}
