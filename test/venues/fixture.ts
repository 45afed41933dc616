import type { Test } from 'tap'
import { request } from 'undici'
import type { ConnectionEvent } from 'fastify-roller'
import { CONNECTION_ID, listen, SECRET_KEY, type BuildOptions, type Built } from '../support/build.ts'
import { ALL_WEBHOOKS } from '#sandbox/nango.js'

export const SIGNING_KEY = 'a-signing-key-of-nango'

export interface Setup extends Built {
  readonly url: string
  /** Events of connections, in order. */
  readonly events: ConnectionEvent[]
  readonly names: () => string[]
}

/** A gateway that receives Nango's webhooks, unless turned off. */
export async function start (
  t: Pick<Test, 'teardown'>, { webhooks = true, options = {}, ...rest }: BuildOptions & { webhooks?: boolean } = {}
): Promise<Setup> {
  const events: ConnectionEvent[] = []
  const built = await listen(t, {
    // The simulated Nango keeps its connection for further webhooks, and the gateway would wait for it to be idle.
    ...rest,
    server: { forceCloseConnections: true },
    options: { verifyVenues: true, ...options, nango: { webhookSigningKeys: [SIGNING_KEY], ...options.nango } }
  })
  built.app.roller.on('*', (event) => { if (event.name.startsWith('connection.')) events.push(event as ConnectionEvent) })
  if (webhooks) {
    built.nango.setOptions({ webhookUrl: `${built.url}/webhooks/nango`, webhookSigningKey: SIGNING_KEY, retryBaseMs: 1, ...ALL_WEBHOOKS })
  }
  return { ...built, events, names: () => events.map(({ name }) => name) }
}

/** Does the same as Connect UI when a venue manager submits the form. */
export async function enterCredentials (
  { nango }: Pick<Built, 'nango'>, token: string, clientId: string, clientSecret = 'right'
): Promise<string> {
  const response = await request(`${nango.url}/oauth2/auth/roller?connect_session_token=${token}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_id: clientId, client_secret: clientSecret })
  })
  const body = await response.body.json() as { connectionId: string }
  return body.connectionId
}

/** Waits for background work after a response. */
export async function until (holds: () => boolean): Promise<void> {
  for (let turns = 0; !holds(); turns++) {
    if (turns > 2_000) throw new Error('it never came')
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

export function stored ({ nango }: Pick<Built, 'nango'>, connectionId: string) {
  const found = nango.connections.find((connection) => connection.connectionId === connectionId)
  if (found === undefined) throw new Error(`Nango has no connection ${connectionId}`)
  return found
}

export function venueIdOf ({ roller }: Pick<Built, 'roller'>, clientId: string): string { return String(roller.venue(clientId).id) }

/** Enters credentials for the demo venue's connection again, and waits for the event. */
export async function reconnect (setup: Setup, clientId: string): Promise<void> {
  const before = setup.events.length
  const session = await setup.app.inject({ method: 'POST', url: '/connect-session/reconnect', payload: { connectionId: 'demo-venue' } })
  await enterCredentials(setup, session.json().token, clientId)
  await until(() => setup.events.length > before)
}

/** Another program creates a reconnect session at Nango, and credentials are entered through it. */
export async function enterThroughNango (setup: Pick<Setup, 'nango'>, clientId: string, tags: Record<string, string> = {}): Promise<void> {
  const response = await request(`${setup.nango.url}/connect/sessions/reconnect`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ connection_id: CONNECTION_ID, integration_id: 'roller', tags })
  })
  const { data } = await response.body.json() as { data: { token: string } }
  await enterCredentials(setup, data.token, clientId)
}
