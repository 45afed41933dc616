/** undici's agent, with the proxy of each address in between. */
import { Agent, Pool, ProxyAgent } from 'undici'
import type { FindProxy } from './proxy.ts'

export interface AgentOptions {
  /** Open connections to one address. */
  readonly connections?: number
  readonly keepAliveTimeout?: number
  readonly keepAliveMaxTimeout?: number
  /** Bytes of a body before it is decompressed. */
  readonly maxResponseSize?: number
  readonly connect: { readonly timeout: number }
}

export interface OutgoingAgent {
  readonly dispatcher: Agent
  /** Use of the connections, by address. */
  readonly stats: () => Pool['stats'][]
}

export function openAgent (options: AgentOptions, findProxy: FindProxy): OutgoingAgent {
  // Otherwise every call would fail as if Nango were unreachable.
  if (typeof (Pool.prototype as Partial<Pool>).dispatch !== 'function') {
    throw new Error('fastify-roller needs Node.js: this runtime replaces the package undici by one without its pools, as Bun does')
  }
  const pools = new Set<Pool>()
  const open = (origin: string | URL, own: object = {}): Pool => {
    for (const pool of pools) if (pool.closed || pool.destroyed) pools.delete(pool)
    const pool = new Pool(origin, { ...options, ...own })
    pools.add(pool)
    return pool
  }
  const dispatcher = new Agent({
    ...options,
    factory (origin) {
      const proxy = findProxy(origin)
      if (proxy === null) return open(origin)
      // https addresses in a tunnel, http addresses by their full URL: many proxies allow a tunnel to port 443 only.
      return new ProxyAgent({ ...options, uri: proxy.href, proxyTunnel: false, proxyTls: options.connect, factory: open })
    }
  })
  return { dispatcher, stats: () => [...pools].map(({ stats }) => stats) }
}
