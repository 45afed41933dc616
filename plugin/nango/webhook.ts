/** Nango's webhooks: signature and content. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { isRecord } from '../util/is-record.ts'

/** The fields that are read of a webhook about a connection. The rest may be outdated, so the connection is read again. */
export interface ConnectionReport {
  readonly connectionId: string
  readonly integrationId: string
  readonly change: 'created' | 'reconnected' | 'failed' | 'recovered' | 'deleted'
}

const SHA256_HEX = /^[0-9a-f]{64}$/i

/**
 * Nango signs the body's bytes with the environment's webhook signing key. X-Nango-Signature, sent along with it, is a plain hash and open
 * to length extension, so it is ignored.
 * @param keys the current one and the previous one: Nango's processes may use the latter for five minutes after a rotation
 */
export function isSignedByNango (body: Buffer, signature: unknown, keys: readonly string[]): boolean {
  const given = Buffer.from(typeof signature === 'string' && SHA256_HEX.test(signature) ? signature : '', 'hex')
  let signed = false
  // Every key is compared, so that a missing signature takes as long as a wrong one.
  for (const key of keys) {
    const right = createHmac('sha256', key).update(body).digest()
    const isSameLength = given.length === right.length
    signed = (timingSafeEqual(right, isSameLength ? given : Buffer.alloc(right.length)) && isSameLength) || signed
  }
  return signed
}

/** @returns null if the webhook is not about a connection or of an unknown kind: Nango adds kinds without notice */
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
    // A connection that failed its check was not changed.
    case 'override': return success ? 'reconnected' : null
    case 'refresh': return success ? 'recovered' : 'failed'
    case 'deletion': return success ? 'deleted' : null
    default: return null
  }
}
