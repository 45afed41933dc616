/** The Redis through which replicas share rate limits and token refreshes. Loaded only where it is configured, with ioredis. */
import { Redis } from 'ioredis'

/** Milliseconds. A start on a small machine blocks the process for longer than the connection takes. */
const CONNECT_TIMEOUT = 5_000

/** Commands fail at once while the connection is down, so that the plugin falls back. */
export function connectRedis (url: string, log: { warn (fields: object, message: string): void }): Redis {
  const client = new Redis(
    url,
    {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      connectTimeout: CONNECT_TIMEOUT,
      retryStrategy: (times) => Math.min(100 * times, 1_000)
    }
  )
  // Every failed attempt to connect emits it. Logged once, until the cause changes or the connection succeeded.
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
 * Node's code (ECONNREFUSED) or the first word of an error reply of Redis (WRONGPASS). Never the message: it may contain an address or a
 * user name.
 */
export function redisReason (error: unknown): string {
  const { code, name, message } = error as { code?: unknown, name?: unknown, message?: unknown } // errors of Node.js and ioredis
  return String(code ?? /^[A-Z]{3,20}(?= )/.exec(String(message))?.[0] ?? name)
}

export function redisHint (reason: string): string {
  switch (reason) {
    case 'NOAUTH':
    case 'WRONGPASS':
      return 'it does not take the user and password in REDIS_URL.'
    case 'NOPERM':
      return 'its user may not run the commands that are needed.'
    case 'ERR': // to SELECT, or to the connection itself
      return 'it has no database of the number in REDIS_URL, or too many clients.'
    case 'DENIED':
    case 'EPIPE': // the connection was closed during the handshake
    case 'ECONNRESET':
      return 'it hangs up. A Redis without a password takes calls of its own machine alone while its protected-mode is on.'
    default:
      return 'nothing answers. Check REDIS_URL, and that it can be reached from here.'
  }
}
