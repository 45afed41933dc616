/** Shared setup: the plugin in an app, in front of the simulated Nango and ROLLER, all closed with the test. */
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import type { Test } from 'tap'
import { roller, type AllOptions } from 'fastify-roller/internal'
import { newEntry, VERIFIED_FIELD } from '#plugin/nango/entry.js'
import { ENTRY_TAG, VENUE_FIELD, venueTags, type Venue } from '#plugin/nango/venue.js'
import { startNangoSimulator, type NangoSimulator, type NangoSimulatorOptions } from '#sandbox/nango.js'
import { startRollerSimulator, type RollerSimulator, type RollerSimulatorOptions } from '#sandbox/roller.js'

/** Canaries: one of these outside Nango is a leak. */
export const SECRET_KEY = '0c0ffee0-aaaa-4bbb-8ccc-5ec4e7000001'
export const CLIENT_SECRET = 'canary-client-secret-7d1f'
export const CONNECTION_ID = 'demo-venue'

type Teardown = Pick<Test, 'teardown'>

export interface Simulators {
  readonly nango: NangoSimulator
  readonly roller: RollerSimulator
}

export async function startSimulators (
  t: Teardown,
  { nango: nangoOptions = {}, roller: rollerOptions = {} }: { nango?: Partial<NangoSimulatorOptions>, roller?: RollerSimulatorOptions } = {}
): Promise<Simulators> {
  const rollerSimulator = await startRollerSimulator(rollerOptions)
  const nango = await startNangoSimulator({ secretKey: SECRET_KEY, rollerUrl: rollerSimulator.url, ...nangoOptions })
  const { tags, metadata } = asConnected(rollerSimulator, 'demo')
  nango.addConnection(
    { connectionId: CONNECTION_ID, clientId: 'demo', clientSecret: CLIENT_SECRET, tags: { organization_id: 'demo', ...tags }, metadata }
  )
  t.teardown(async () => {
    await nango.close()
    await rollerSimulator.close()
  })
  return { nango, roller: rollerSimulator }
}

/** The gateway's metadata of a connected venue. */
export function asConnected (simulator: RollerSimulator, clientId: string): {
  tags: Record<string, string>, metadata: Record<string, unknown>
} {
  const { id, profile: { name, zone: timeZone, currency, locale } } = simulator.venue(clientId)
  const venue: Venue = { id: String(id), environment: 'live', name, timeZone, currency, locale }
  return asVerified(venue)
}

/** Nango's data of a connection with a verified venue. */
export function asVerified (venue: Venue): { tags: Record<string, string>, metadata: Record<string, unknown> } {
  const entry = newEntry()
  return { tags: { ...venueTags(venue), [ENTRY_TAG]: entry }, metadata: { [VENUE_FIELD]: venue, [VERIFIED_FIELD]: { entry } } }
}

export interface BuildOptions {
  readonly options?: Partial<Omit<AllOptions, 'nango'>> & { nango?: Partial<AllOptions['nango']> }
  readonly nango?: Partial<NangoSimulatorOptions>
  readonly roller?: RollerSimulatorOptions
  readonly server?: FastifyServerOptions
  /** Runs before the plugin is registered: the host's own hooks and routes. */
  readonly host?: (app: FastifyInstance) => void | Promise<void>
}

export interface Built extends Simulators {
  readonly app: FastifyInstance
  /** All log lines, at level trace. */
  readonly log: () => string
}

/** An app with the plugin, ready for `inject`. Delays between attempts take no time. */
export async function build (
  t: Teardown, { options = {}, nango, roller: rollerOptions, server = {}, host }: BuildOptions = {}
): Promise<Built> {
  const simulators = await startSimulators(
    t, { ...(nango !== undefined && { nango }), ...(rollerOptions !== undefined && { roller: rollerOptions }) }
  )
  const lines: string[] = []
  const app = Fastify({ logger: { level: 'trace', stream: { write: (line: string) => { lines.push(line) } } }, ...server })
  t.teardown(() => app.close()) // before the simulators: tap runs teardowns in reverse
  await host?.(app)
  const { nango: nangoOptions, ...rest } = options
  await app.register(roller, {
    authorize: 'open',
    retryPolicy: { baseMs: 0 },
    // Other calls to Nango and ROLLER are tested in test/venues.
    verifyVenues: false,
    // Tests contact no other machine.
    rollerBaseUrl: simulators.roller.url,
    otherBaseUrl: simulators.roller.url,
    ...rest,
    nango: { secretKey: SECRET_KEY, host: simulators.nango.url, ...nangoOptions }
  })
  return { app, ...simulators, log: () => lines.join('') }
}

/** The same, listening on a real socket. */
export async function listen (t: Teardown, options: BuildOptions = {}): Promise<Built & { readonly url: string }> {
  const built = await build(t, options)
  return { ...built, url: await built.app.listen({ host: '127.0.0.1', port: 0 }) }
}

/** Headers of a call for the connected venue. */
export const VENUE = { 'connection-id': CONNECTION_ID } as const

/** Calls that reached ROLLER, except Nango's token requests. */
export function callsAtRoller ({ roller: simulator }: Simulators): { method: string, url: string }[] {
  return simulator.requests.filter(({ url }) => url !== '/token').map(({ method, url }) => ({ method, url }))
}

/** Fails if the text contains a secret. */
export function holdsNoSecret (t: Pick<Test, 'notMatch'>, text: string, { nango }: Pick<Simulators, 'nango'>): void {
  t.notMatch(text, SECRET_KEY, 'holds the Nango key')
  t.notMatch(text, CLIENT_SECRET, 'holds a Client Secret')
  for (const { token } of nango.connections) {
    if (token !== '') t.notMatch(text, token, 'holds a token')
  }
}
