/**
 * The key that ROLLER sends with each delivery. It is the only proof of who sends: ROLLER signs nothing. Made from the connection's id, so
 * there is none to store, and one that leaks opens no other connection.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

export function webhookKey (secret: string, connectionId: string): string {
  return createHmac('sha256', secret).update(connectionId).digest('hex')
}

/**
 * @param secrets the current one, and those before it: registrations keep the key they were made with until they are made anew
 * @param given the header x-roller-apikey, whatever it is
 */
export function isWebhookKey (secrets: readonly string[], connectionId: string, given: unknown): boolean {
  // Digests have one length, and every secret is tried: the time says nothing, not even whether there was a key.
  const hash = digest(typeof given === 'string' ? given : '')
  return secrets.reduce((known, secret) => timingSafeEqual(digest(webhookKey(secret, connectionId)), hash) || known, false)
}

function digest (text: string): Buffer { return createHash('sha256').update(text).digest() }
