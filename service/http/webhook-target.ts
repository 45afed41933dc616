/**
 * Forwards events to the app beside the gateway: as JSON, signed according to Standard Webhooks. The target's 2xx becomes a 200 to ROLLER;
 * after anything else, or a timeout, ROLLER sends the event again. So no queue is needed, and no event is lost.
 */
import { createHash } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { request } from 'undici'
import type { AnyEvent } from 'fastify-roller'
import { openAgent, proxyFinder, USER_AGENT, type FindProxy } from 'fastify-roller/internal'

export interface WebhookTargetOptions {
  readonly url: string
  /** `whsec_…`: the current one first; the target may use either. */
  readonly secrets: readonly string[]
  /** Milliseconds for the whole exchange. */
  readonly timeoutMs?: number
  readonly findProxy?: FindProxy
}

export interface WebhookTarget {
  /** @throws Error if the target did not return 2xx; the message contains no address and nothing of the event */
  send (event: AnyEvent): Promise<void>
  close (): Promise<void>
}

/** Shorter than the gateway's timeout for handlers, so that a target that hangs does not delay the response to ROLLER. */
const TIMEOUT_MS = 7_000
/** Only the status of a response matters; a longer body is not awaited. Bytes. */
const MAX_RESPONSE = 16 * 1024
/** The id is part of the signed text, in front of a full stop. */
const PLAIN_ID = /^[\w-]{1,128}$/

export function createWebhookTarget (
  { url, secrets, timeoutMs = TIMEOUT_MS, findProxy = proxyFinder() }: WebhookTargetOptions
): WebhookTarget {
  const signers = secrets.map((secret) => new Webhook(secret))
  const { dispatcher } = openAgent({ connect: { timeout: timeoutMs }, keepAliveTimeout: 4_000 }, findProxy)
  return {
    async send (event) {
      const body = JSON.stringify(event)
      const id = PLAIN_ID.test(event.id) ? event.id : createHash('sha256').update(event.id).digest('hex')
      const now = new Date()
      const status = await post(body, {
        'content-type': 'application/json',
        'user-agent': USER_AGENT,
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': signers.map((signer) => signer.sign(id, now, body)).join(' ')
      })
      if (status < 200 || status > 299) throw new Error(`the webhook target answered ${status}`)
    },
    async close () { await dispatcher.close() }
  }

  async function post (body: string, headers: Record<string, string>): Promise<number> {
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      // undici does not follow redirects: an event is sent only to the configured address.
      const response = await request(url, { method: 'POST', dispatcher, headers, body, signal })
      await response.body.dump({ limit: MAX_RESPONSE, signal }).catch(() => {})
      return response.statusCode
    } catch (error) {
      const { code } = error as { readonly code?: unknown } // network errors of undici and Node.js have one
      throw new Error(
        signal.aborted
          ? 'the webhook target did not answer in time'
          : `the webhook target could not be reached (${typeof code === 'string' ? code : 'unknown error'})`
      )
    }
  }
}
