/** The Redis through which replicas share budgets, walls and renewals. */
import type { FastifyBaseLogger } from 'fastify'
import type { Redis } from 'ioredis'

/** Loaded only where it is configured. Commands fail at once while the line is down: the plugin then knows what to do. */
export async function connectRedis (url: string, log: FastifyBaseLogger): Promise<Redis> {
  const { Redis } = await import('ioredis')
  const client = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, connectTimeout: 1_000, retryStrategy: (times) => Math.min(100 * times, 1_000) })
  // Each failed attempt to reconnect says so; the plugin warns once when the budgets are affected. The message may hold an address, never the URL.
  client.on('error', (error: NodeJS.ErrnoException) => { log.debug({ code: error.code }, 'redis') })
  return client
}
