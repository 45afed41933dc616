/** `fetch` through the configured proxies, which Node's own `fetch` does not use. */
import { fetch } from 'undici'
import { openAgent, type FindProxy } from 'fastify-roller/internal'

const CONNECT_TIMEOUT_MS = 5_000
/** Bytes. Key sets have some ten thousand; the wrong address may send a file without an end. */
const MAX_RESPONSE_SIZE = 512 * 1024

export function createFetch (findProxy: FindProxy): typeof globalThis.fetch {
  const { dispatcher } = openAgent({ connect: { timeout: CONNECT_TIMEOUT_MS }, maxResponseSize: MAX_RESPONSE_SIZE }, findProxy)
  // undici's types and Node's describe the same standard, but are not compatible
  return (async (url: string, init: object) => await fetch(url, { ...init, dispatcher })) as unknown as typeof globalThis.fetch
}
