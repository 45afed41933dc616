/**
 * Passes events on to the app beside the gateway: as JSON, signed by the Standard Webhooks convention. The target's 2xx is ROLLER's 200;
 * anything else, or silence, and ROLLER keeps the event and sends it again. So there is no queue here, and nothing to lose.
 */
import { createHash } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { request } from 'undici'
import type { AnyEvent } from 'fastify-roller'
import { openAgent, proxyFinder, USER_AGENT, type FindProxy } from 'fastify-roller/internal'

export interface WebhookTargetOptions {
  readonly url: string
  /** `whsec_…`: the current one first; the target may know either. */
  readonly secrets: readonly string[]
  /** Milliseconds for the whole exchange. */
  readonly timeoutMs?: number
  readonly findProxy?: FindProxy
}

export interface WebhookTarget {
  /** @throws Error when the target did not take it; the message names no address and nothing of the event */
  send (event: AnyEvent): Promise<void>
  close (): Promise<void>
}

/** Less than what the gateway gives its handlers, so that ROLLER's answer does not hang on a target that hangs. */
const TIMEOUT_MS = 7_000
/** An answer is of no interest but for its status; a longer one is not waited for. Bytes. */
const MAX_ANSWER = 16 * 1024
/** The id is part of what is signed, in front of a full stop. */
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
      // undici follows no redirects by itself: an event goes to the address that was configured, or nowhere.
      const answer = await request(url, { method: 'POST', dispatcher, headers, body, signal })
      await answer.body.dump({ limit: MAX_ANSWER, signal }).catch(() => {})
      return answer.statusCode
    } catch (error) {
      const { code } = error as { readonly code?: unknown } // undici's and Node's network errors have one
      throw new Error(
        signal.aborted
          ? 'the webhook target did not answer in time'
          : `the webhook target could not be reached (${typeof code === 'string' ? code : 'unknown error'})`
      )
    }
  }
}
