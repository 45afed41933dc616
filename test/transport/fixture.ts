/** The plugin with either transport, in front of the same two simulators. */
import Fastify from 'fastify'
import type { RequestListener } from 'node:http'
import type { Test } from 'tap'
import { startSimulators, SECRET_KEY, type BuildOptions, type Built } from '../support/build.ts'
import { roller, type AllOptions } from 'fastify-roller/internal'
import { stubNango, type Stub } from '../upstream/fixture.ts'

export type TransportName = 'nango' | 'direct'

export interface StartOptions {
  readonly options?: Partial<Omit<AllOptions, 'nango'>> & { nango?: Partial<AllOptions['nango']> }
  readonly nango?: BuildOptions['nango']
  readonly roller?: BuildOptions['roller']
}

export type Started = Built & { readonly url: string }

/** Listening, because some tests need sockets. */
export async function start (
  t: Pick<Test, 'teardown'>, transport: TransportName, { options = {}, ...simulated }: StartOptions = {}
): Promise<Started> {
  const simulators = await startSimulators(t, {
    ...(simulated.nango !== undefined && { nango: simulated.nango }), ...(simulated.roller !== undefined && { roller: simulated.roller })
  })
  const lines: string[] = []
  const app = Fastify({ logger: { level: 'trace', stream: { write: (line: string) => { lines.push(line) } } } })
  t.teardown(() => app.close())
  const { nango, ...rest } = options
  await app.register(roller, {
    authorize: 'open',
    retryPolicy: { baseMs: 0 },
    transport,
    verifyVenues: false, // the calls of these tests are counted
    rollerBaseUrl: simulators.roller.url,
    otherBaseUrl: simulators.roller.url,
    ...rest,
    nango: { secretKey: SECRET_KEY, host: simulators.nango.url, ...nango }
  })
  return { app, ...simulators, log: () => lines.join(''), url: await app.listen({ host: '127.0.0.1', port: 0 }) }
}

/**
 * A server controlled by the test that receives the transport's calls, in place of Nango or ROLLER. `path` is the target of a call of /x.
 */
export async function startAtPeer (
  t: Pick<Test, 'teardown'>, transport: TransportName, listener: RequestListener, options: StartOptions['options'] = {}
): Promise<Started & { readonly peer: Stub, readonly path: string }> {
  const peer = await stubNango(t, listener)
  const started = await start(t, transport, {
    options: { ...options, ...(transport === 'nango' ? { nango: { host: peer.url } } : { rollerBaseUrl: peer.url }) }
  })
  return { ...started, peer, path: transport === 'nango' ? '/proxy/x' : '/x' }
}

/** Number of reads of a credential at Nango, forced or not. */
export function reads ({ nango }: Pick<Built, 'nango'>): { plain: number, forced: number } {
  const all = nango.requests.filter(({ method, url }) => method === 'GET' && url.startsWith('/connections/'))
  const forced = all.filter(({ url }) => url.includes('force_refresh=true')).length
  return { plain: all.length - forced, forced }
}
