/** Nango's webhooks: who sent them, and what they say. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { isRecord } from './client.ts'

/** What is read of a webhook about a connection. Everything else in it is a report of the past; the connection itself is asked. */
export interface ConnectionReport {
  readonly connectionId: string
  readonly integrationId: string
  readonly change: 'created' | 'reconnected' | 'failed' | 'recovered' | 'deleted'
}

const SHA256_HEX = /^[0-9a-f]{64}$/i

/**
 * Nango signs the body's bytes with the environment's webhook signing key. X-Nango-Signature, which it sends beside it, is a plain hash and
 * open to length extension: it is not looked at.
 * @param keys the current one, and the one before it: Nango's processes may sign with that for five minutes after a rotation
 */
export function isSignedByNango (body: Buffer, signature: unknown, keys: readonly string[]): boolean {
  const given = Buffer.from(typeof signature === 'string' && SHA256_HEX.test(signature) ? signature : '', 'hex')
  let signed = false
  // Every key is tried, and a missing signature takes as long as a wrong one.
  for (const key of keys) {
    const right = createHmac('sha256', key).update(body).digest()
    const isSameLength = given.length === right.length
    signed = (timingSafeEqual(right, isSameLength ? given : Buffer.alloc(right.length)) && isSameLength) || signed
  }
  return signed
}

/** @returns null for what is not about a connection, or of a kind that is not known: new ones come without notice */
export function readReport (body: unknown): ConnectionReport | null {
  if (!isRecord(body) || body.from !== 'nango' || body.type !== 'auth') return null
  const { connectionId, providerConfigKey, operation, success } = body
  if (typeof connectionId !== 'string' || typeof providerConfigKey !== 'string') return null
  const change = changeOf(operation, success === true)
  return change === null ? null : { connectionId, integrationId: providerConfigKey, change }
}

function changeOf (operation: unknown, success: boolean): ConnectionReport['change'] | null {
  switch (operation) {
    case 'creation': return success ? 'created' : null
    // One that failed its check has changed nothing.
    case 'override': return success ? 'reconnected' : null
    case 'refresh': return success ? 'recovered' : 'failed'
    case 'deletion': return success ? 'deleted' : null
    default: return null
  }
}
