/** An app that ROLLER's simulator can reach, with a clock for both. */
import type { LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import type { AnyEvent } from 'fastify-roller'
import { webhookKey } from '#plugin/webhooks/keys.js'
import { build, CONNECTION_ID, type BuildOptions, type Built } from '../support/build.ts'
import { freePort } from '../support/free-port.ts'
import { ManualClock } from '../support/manual-clock.ts'

export const SECRET = 'secret-of-the-webhooks-now'
export const PREVIOUS = 'secret-of-the-webhooks-before'
export const PATH = `/webhooks/roller/${CONNECTION_ID}`
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

export interface Reachable extends Built {
  readonly url: string
  readonly clock: ManualClock
  /** Advances both clocks. */
  pass (ms: number): void
}

/** Ten in the morning of a Wednesday in Brisbane, where the simulator's venue is. */
const START = Date.UTC(2026, 10, 25, 0, 0)

export async function reachable (t: Pick<Test, 'teardown'>, { options = {}, roller = {}, ...rest }: BuildOptions = {}): Promise<Reachable> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const clock = new ManualClock()
  let now = START
  const built = await build(t, {
    ...rest,
    // A token that outlives ROLLER's retries.
    roller: { now: () => now, tokenTtl: 100 * 86_400, ...roller },
    nango: { now: () => now, ...rest.nango },
    options: { clock, publicUrl: url, rollerWebhookSecrets: [SECRET, PREVIOUS], ...options }
  })
  await built.app.listen({ host: '127.0.0.1', port })
  return { ...built, url, clock, pass (ms) { now += ms; clock.advance(ms) } }
}

let count = 0

/** A delivery in ROLLER's form. */
export function message (fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: `67d2ada6-10cc-4177-909d-${String(++count).padStart(12, '0')}`,
    sendDate: '2026-11-25T00:00:01.1597733Z',
    type: 'Booking',
    eventType: 'Created',
    eventDate: '2026-11-25T00:00:00.1132441Z',
    data: { uniqueId: 'ffdae420-a912-4d93-9234-9faca5e6194f', name: 'Sports Club Booking' },
    ...fields
  }
}

export interface Sent {
  readonly secret?: string
  readonly key?: string | string[] | null
  readonly connectionId?: string
  readonly headers?: Record<string, string>
}

/** Sends the given body, as text if it is text. @param sent.key null: none */
export function deliver (
  app: Built['app'], body: unknown,
  { secret = SECRET, connectionId = CONNECTION_ID, key = webhookKey(secret, connectionId), headers = {} }: Sent = {}
): Promise<LightMyRequestResponse> {
  return app.inject({
    method: 'POST',
    url: `/webhooks/roller/${encodeURIComponent(connectionId)}`,
    headers: { 'content-type': 'application/json; charset=utf-8', ...(key !== null && { 'x-roller-apikey': key as string }), ...headers },
    payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  })
}

/** Records all events. */
export function listener (app: Built['app']): AnyEvent[] {
  const received: AnyEvent[] = []
  app.roller.on('*', (event) => { received.push(event) })
  return received
}
