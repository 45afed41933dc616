/** A venue's webhook registrations at ROLLER for this gateway's address. ROLLER is the store: nothing is cached here. */
import { isRollerError, RollerError } from '../errors.ts'
import { checkConnectionId } from '../nango/connection-id.ts'
import type { RollerClient } from '../client/client.ts'
import { rollerEvents } from './roller-events.ts'
import { CreateWebhookConfiguration, type RegisteredWebhook } from '../operations/schemas/webhooks.ts'
import { Type, type Static } from '../operations/schema.ts'
import { webhookKey } from './keys.ts'

export interface SubscriptionsOptions {
  readonly client: RollerClient
  /** The gateway's public address, with the plugin's prefix; undefined if it is not configured. */
  readonly baseUrl: string | undefined
  /** The current one first. */
  readonly secrets: readonly string[]
}

/** Kinds and events in ROLLER's form. */
export const WebhookKinds = Type.Composite([CreateWebhookConfiguration.properties.webhooks], {
  minProperties: 1, additionalProperties: false, examples: [{ booking: { events: ['Created', 'Cancelled'], include: { tickets: true } } }]
})
export type WebhookKinds = Static<typeof WebhookKinds>

/** A registration of this gateway, without its key. */
export const Subscription = Type.Object({
  webhookId: Type.Integer({ examples: [233] }),
  url: Type.String({ examples: ['https://gateway.example.com/webhooks/roller/demo-venue'] }),
  enabled: Type.Boolean(
    { description: 'False after ROLLER has disabled it, because deliveries failed for four days. Subscribe again to enable it.' }
  ),
  webhooks: Type.Unsafe<WebhookKinds>(Type.Object({}, { additionalProperties: true, description: 'The subscribed events.' }))
}, { $id: 'WebhookSubscription' })
export type Subscription = Static<typeof Subscription>

type Registered = Static<typeof RegisteredWebhook>

/** Every event in ROLLER's texts. */
const ALL_KINDS = Object.fromEntries(
  Object.entries(rollerEvents).map(([kind, { events }]) => [kind, { events: [...events] }])
) as unknown as WebhookKinds // the same kinds and events, a type that fromEntries loses

/** ROLLER's registration schema has no other event of payment links. */
const DOCUMENTED_KINDS: WebhookKinds = { ...ALL_KINDS, paymentLink: { events: ['Created'] } }

export class Subscriptions {
  readonly #options: SubscriptionsOptions

  constructor (options: SubscriptionsOptions) {
    this.#options = options
  }

  /**
   * Registers this gateway with ROLLER. Repeated, it updates the existing registration: kinds, key, and whether it is enabled.
   * @throws RollerError ROLLER_ERR_NOT_CONFIGURED without a public address or a secret
   */
  async subscribe (connectionId: string, webhooks?: WebhookKinds): Promise<Subscription> {
    if (webhooks !== undefined) return await this.#register(connectionId, webhooks)
    try {
      return await this.#register(connectionId, ALL_KINDS)
    } catch (error) {
      // ROLLER may validate by its schema instead of its text.
      if (hasStatus(error, 400)) return await this.#register(connectionId, DOCUMENTED_KINDS)
      throw error
    }
  }

  async #register (connectionId: string, webhooks: WebhookKinds): Promise<Subscription> {
    const { client, secrets } = this.#options
    const url = this.#url(connectionId)
    const [secret] = secrets
    if (secret === undefined) throw notConfigured('no secret for ROLLER\'s webhooks')
    const body = { url, enabled: true, authentication: { apiKey: webhookKey(secret, connectionId) }, webhooks }
    const [first, ...doubles] = await this.#ours(connectionId, url)
    const webhookId = first !== undefined && await found(
      client.request('PUT /webhooks/{webhookId}', { connectionId, params: { webhookId: String(first.webhookId) }, body })
    )
      ? first.webhookId
      : idOf(await client.request('POST /webhooks', { connectionId, body }))
    // Two of them would send every event twice.
    for (const double of doubles) await this.#delete(connectionId, double.webhookId)
    return { webhookId, url, enabled: true, webhooks }
  }

  /** Registrations for this gateway's address; more than one only after a failure. */
  async list (connectionId: string): Promise<Subscription[]> {
    return await this.#ours(connectionId, this.#url(connectionId))
  }

  /**
   * Deletes this gateway's registrations. Call it before a disconnect, while the credentials exist: ROLLER continues to send after the
   * connection, and even the venue's API key, was deleted.
   * @returns their number; 0 without a public address, since none can exist
   */
  async remove (connectionId: string): Promise<number> {
    if (this.#options.baseUrl === undefined) return 0
    const ours = await this.list(connectionId)
    for (const { webhookId } of ours) await this.#delete(connectionId, webhookId)
    return ours.length
  }

  #url (connectionId: string): string {
    const { baseUrl } = this.#options
    if (baseUrl === undefined) throw notConfigured('no public address')
    return `${baseUrl}/webhooks/roller/${encodeURIComponent(checkConnectionId(connectionId))}`
  }

  async #ours (connectionId: string, url: string): Promise<Subscription[]> {
    // ROLLER's document shows a single registration: any shape is checked.
    const response: unknown = await this.#options.client.request('GET /webhooks', { connectionId })
    // ROLLER's type; fields are checked when they are read
    const all = (Array.isArray(response) ? response : [response]) as (Registered | null | undefined)[]
    return all.flatMap((registered) => {
      const { webhookId, configuration } = registered ?? {}
      if (typeof webhookId !== 'number' || typeof configuration?.url !== 'string' || !isSame(configuration.url, url)) return []
      // as sent
      return [{ webhookId, url, enabled: configuration.enabled === true, webhooks: configuration.webhooks as WebhookKinds ?? {} }]
    }).sort((a, b) => a.webhookId - b.webhookId)
  }

  async #delete (connectionId: string, webhookId: number): Promise<void> {
    await found(this.#options.client.request('DELETE /webhooks/{webhookId}', { connectionId, params: { webhookId: String(webhookId) } }))
  }
}

/** ROLLER may normalize an address. */
function isSame (one: string, other: string): boolean {
  return one === other || (URL.canParse(one) && new URL(one).href === new URL(other).href)
}

function idOf ({ webhookId }: Registered): number {
  if (typeof webhookId === 'number') return webhookId
  throw new RollerError(
    'ROLLER_ERR_INVALID_RESPONSE',
    { detail: 'ROLLER registered the webhook and returned no id.', hint: 'Read the subscription with GET /connections/{id}/webhooks.' }
  )
}

/** @returns false if it was deleted meanwhile */
async function found (work: Promise<unknown>): Promise<boolean> {
  try {
    await work
    return true
  } catch (error) {
    if (hasStatus(error, 404)) return false
    throw error
  }
}

function hasStatus (error: unknown, status: number): boolean {
  return isRollerError(error) && error.code === 'ROLLER_ERR_REFUSED' && error.statusCode === status
}

function notConfigured (what: string): RollerError {
  return new RollerError('ROLLER_ERR_NOT_CONFIGURED', {
    detail: `This gateway has ${what}.`,
    hint: 'The operator must set the options publicUrl and rollerWebhookSecrets, or PUBLIC_URL and ROLLER_WEBHOOK_SECRET.'
  })
}
