/** `fetch` through the proxies of the configuration. Node's own does not know them. */
import { fetch } from 'undici'
import { openAgent, type FindProxy } from 'fastify-roller/internal'

const CONNECT_TIMEOUT_MS = 5_000

export function createFetch (findProxy: FindProxy): typeof globalThis.fetch {
  const { dispatcher } = openAgent({ connect: { timeout: CONNECT_TIMEOUT_MS } }, findProxy)
  // undici's types and Node's describe the same standard, and are not each other's
  return (async (url: string, init: object) => await fetch(url, { ...init, dispatcher })) as unknown as typeof globalThis.fetch
}
