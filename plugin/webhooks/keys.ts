/**
 * The key that ROLLER sends with each delivery, its only authentication: ROLLER does not sign. Derived from the connection's id, so that
 * none is stored, and a leaked key is valid for no other connection.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

export function webhookKey (secret: string, connectionId: string): string {
  return createHmac('sha256', secret).update(connectionId).digest('hex')
}

/**
 * @param secrets the current one, and previous ones: registrations keep their key until they are renewed
 * @param given the header x-roller-apikey, unvalidated
 */
export function isWebhookKey (secrets: readonly string[], connectionId: string, given: unknown): boolean {
  // Digests have equal lengths and every secret is compared, so the time does not depend on the key.
  const hash = digest(typeof given === 'string' ? given : '')
  return secrets.reduce((known, secret) => timingSafeEqual(digest(webhookKey(secret, connectionId)), hash) || known, false)
}

function digest (text: string): Buffer { return createHash('sha256').update(text).digest() }
