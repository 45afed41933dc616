/** Everything towards Nango and ROLLER: connections and tokens in Nango, and the transport of calls. */
import type { ParsedOptions } from './options.ts'
import { DirectTransport } from './gateway/transport/direct.ts'
import { NangoTransport } from './gateway/transport/nango.ts'
import type { TokenSource } from './gateway/transport/token-cache.ts'
import { traceDispatches } from './gateway/transport/traced.ts'
import { NangoClient } from './nango/client.ts'
import { readState, type ConnectionState } from './nango/connection-state.ts'
import { Connections } from './nango/connections.ts'
import { OtherEnvironment } from './nango/other-environment.ts'
import { TokenEndpoint } from './nango/token-endpoint.ts'
import { TokenFailures } from './nango/token-failures.ts'
import { readToken, renewToken } from './nango/token.ts'
import { ROLLER_BASE_URLS } from './operations/base-url.ts'
import type { Clock } from './util/clock.ts'
import { openAgent } from './util/outgoing-agent.ts'
import { proxyFinder } from './util/proxy.ts'
import { ConnectionIndex } from './venues/connection-index.ts'
import { USER_AGENT } from './version.ts'

export function assembleUpstream (options: ParsedOptions, clock: Clock) {
  const { environment, timeouts, verifyVenues } = options
  const rollerBaseUrl = options.rollerBaseUrl ?? ROLLER_BASE_URLS[environment]
  const findProxy = proxyFinder(options.proxy)
  // Nango keeps idle connections for 61 s; ours end before, so that a call is not written to one that is just being closed.
  const { dispatcher: agent, stats } = openAgent({
    connections: options.maxSockets, keepAliveTimeout: 30_000, keepAliveMaxTimeout: 55_000, connect: { timeout: timeouts.connect }
  }, findProxy)
  const nango = new NangoClient({ ...options.nango, timeoutMs: timeouts.control, userAgent: USER_AGENT, findProxy })
  const otherEnvironment = new OtherEnvironment({
    // For a custom address (a proxy, a simulator) the matching host of the other environment is unknown.
    url: options.otherBaseUrl ?? options.rollerBaseUrl ?? ROLLER_BASE_URLS[environment === 'live' ? 'playground' : 'live'],
    dispatcher: agent,
    timeoutMs: timeouts.control
  })
  const tokenEndpoint = new TokenEndpoint({ url: rollerBaseUrl, dispatcher: agent, timeoutMs: timeouts.control })
  const now = (): number => clock.now()
  const connections = new Connections(nango, { environment, otherEnvironment, tokenEndpoint, clientIds: nango.clientIds, now })
  const index = new ConnectionIndex({ connections, environment, clock })

  const learn = (row: unknown, asOf: number): ConnectionState => {
    const state = readState(nango, row, asOf)
    index.update(state)
    return state
  }
  /** The row of the token also holds the venue's state, so a verified venue is verified for this very token. */
  const readVerifiedToken: TokenSource = async (connectionId, force) => {
    const asOf = now()
    const { token, expiresAt, row } = await readToken(nango, connectionId, force)
    return { token, expiresAt, verified: !verifyVenues || learn(row, asOf).verification === 'verified' }
  }
  const dispatcher = options.tracer === undefined ? agent : traceDispatches(agent, options.tracer)
  const dispatchParts = { userAgent: USER_AGENT, agent: dispatcher, timeouts, clock }
  const direct = options.transport === 'nango'
    ? null
    : new DirectTransport({ ...dispatchParts, baseUrl: rollerBaseUrl, readToken: readVerifiedToken })

  return {
    rollerBaseUrl,
    findProxy,
    agent,
    stats,
    nango,
    otherEnvironment,
    tokenFailures: new TokenFailures({ nango, tokenEndpoint, clock }),
    connections,
    index,
    /** Null: calls go through Nango. */
    direct,
    transport: direct ?? new NangoTransport({ ...dispatchParts, ...options.nango }),
    renew: async (connectionId: string): Promise<void> => {
      await (direct === null ? renewToken(nango, connectionId, clock, learn) : direct.renew(connectionId))
    }
  }
}
