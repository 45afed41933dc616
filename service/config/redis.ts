/** The Redis through which replicas share rate limits and token refreshes. Loaded only where it is configured, with ioredis. */
import type { FastifyBaseLogger } from 'fastify'
import { Redis } from 'ioredis'

/** Commands fail at once while the line is down: the plugin then knows what to do. */
export function connectRedis (url: string, log: FastifyBaseLogger): Redis {
  const client = new Redis(
    url,
    { enableOfflineQueue: false, maxRetriesPerRequest: 0, connectTimeout: 1_000, retryStrategy: (times) => Math.min(100 * times, 1_000) }
  )
  // Every attempt to connect again says it. It is news once, until there is another reason or all was well.
  let known = ''
  client.on('ready', () => { known = '' })
  client.on('error', (error: unknown) => {
    const reason = redisReason(error)
    if (reason === known) return
    known = reason
    log.warn({ reason }, `Redis cannot be used: ${redisHint(reason)}`)
  })
  return client
}

/**
 * Node's code (ECONNREFUSED) or the word that a reply of Redis begins with (WRONGPASS). Never the message: it may hold an address or a
 * user's name.
 */
export function redisReason (error: unknown): string {
  const { code, name, message } = error as { code?: unknown, name?: unknown, message?: unknown } // Node's errors and ioredis's
  return String(code ?? /^[A-Z]{3,20}(?= )/.exec(String(message))?.[0] ?? name)
}

export function redisHint (reason: string): string {
  switch (reason) {
    case 'NOAUTH':
    case 'WRONGPASS':
      return 'it does not take the user and password in REDIS_URL.'
    case 'NOPERM':
      return 'its user may not run the commands that are needed.'
    case 'DENIED':
    case 'EPIPE': // it hangs up while it is greeted
    case 'ECONNRESET':
      return 'it hangs up. A Redis without a password takes calls of its own machine alone while its protected-mode is on.'
    default:
      return 'nothing answers. Check REDIS_URL, and that it can be reached from here.'
  }
}
