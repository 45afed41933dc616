/**
 * ROLLER's two environments have keys of their own, and a key of the one is just a wrong key to the other: a mistake that nothing in the answer
 * gives away. So a pair that was refused is shown to the other environment, and only there; what is kept of it is a yes or a no.
 */
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { request, type Dispatcher } from 'undici'
import { isRecord, type NangoClient } from './client.ts'

export interface OtherEnvironmentOptions {
  /** Base URL of the other environment. */
  readonly url: string
  readonly dispatcher: Dispatcher
  /** Milliseconds. */
  readonly timeoutMs: number
}

/** ROLLER suspends credentials with which tokens are asked for carelessly: a pair is shown once in so long. Milliseconds. */
const ASK_AGAIN_AFTER = 60_000

export class OtherEnvironment {
  readonly #options: OtherEnvironmentOptions
  readonly #asked = new LRUCache<string, Promise<boolean>>({ max: 1_000, ttl: ASK_AGAIN_AFTER })

  constructor (options: OtherEnvironmentOptions) {
    this.#options = options
  }

  /** True when the other environment gives a token for the pair. No trouble on the way is told: there is another error to tell. */
  async takes (clientId: string, clientSecret: string): Promise<boolean> {
    const key = createHash('sha256').update(JSON.stringify([clientId, clientSecret])).digest('base64')
    const asking = this.#asked.get(key) ?? this.#ask(clientId, clientSecret)
    this.#asked.set(key, asking)
    return await asking
  }

  /**
   * The same for the pair of a connection, where the key may read it and Nango gives it. It is read now and shown later, if ever: once ROLLER has
   * refused it, Nango gives it no more for a while.
   */
  async pairOf (nango: NangoClient, connectionId: string): Promise<() => Promise<boolean>> {
    try {
      const raw: unknown = await nango.call((sdk) => sdk.getConnection(nango.integrationId, encodeURIComponent(connectionId)))
      const { client_id: clientId, client_secret: clientSecret } = isRecord(raw) && isRecord(raw.credentials) ? raw.credentials : {}
      if (typeof clientId === 'string' && typeof clientSecret === 'string') return async () => await this.takes(clientId, clientSecret)
    } catch {}
    return async () => false
  }

  async #ask (clientId: string, clientSecret: string): Promise<boolean> {
    const { url, dispatcher, timeoutMs } = this.#options
    try {
      const { statusCode, body } = await request(`${url}/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ client_id: clientId, client_secret: clientSecret }),
        dispatcher,
        signal: AbortSignal.timeout(timeoutMs)
      })
      await body.dump({ limit: 64 * 1024 })
      return statusCode === 200
    } catch {
      return false
    }
  }
}
