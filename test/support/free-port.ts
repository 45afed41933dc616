import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Below the ports that Linux gives to connections and to servers without a port (32768 and up): one of those can be taken
 * again by any process before its server listens. Each process has a range of its own.
 */
const FIRST = 10_000
const RANGE = 22_000
let next = process.pid * 64 % RANGE

/** A port on which nothing listens, and which no connection takes meanwhile. */
export async function freePort (): Promise<number> {
  for (let tries = 0; tries < RANGE; tries++) {
    const port = FIRST + next
    next = (next + 1) % RANGE
    const server = createServer().listen(port, '127.0.0.1')
    if (!await once(server, 'listening').then(() => true, () => false)) continue
    server.close()
    await once(server, 'close')
    return port
  }
  throw new Error('no port is free')
}
