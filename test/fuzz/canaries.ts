/** Secrets of the gateway under test. One in a response or in the log is a leak, and so is text of a caller's query in the log. */
import { createHmac } from 'node:crypto'
import { CLIENT_SECRET, SECRET_KEY } from '../support/build.ts'

export { CLIENT_SECRET, SECRET_KEY }
export const NANGO_SIGNING_KEY = 'canary-nango-signing-key-51c0'
export const ROLLER_WEBHOOK_SECRET = 'canary-roller-webhook-secret-9e1d'
export const TARGET_SECRET = `whsec_${Buffer.from('canary-target-secret-of-32-bytes').toString('base64')}`
export const WEBHOOK_BODY = 'canary-in-a-webhook-body-2b7a'
export const QUERY = 'canary-in-a-query-77aa'
/** API keys, by their scopes. */
export const KEYS = {
  all: 'canary-api-key-of-all-0001', reader: 'canary-api-key-of-reader-0002', limited: 'canary-api-key-of-limited-0003'
} as const

/** Never in a response, and never in the log. */
export const SECRETS: readonly string[] = [
  SECRET_KEY, CLIENT_SECRET, NANGO_SIGNING_KEY, ROLLER_WEBHOOK_SECRET, TARGET_SECRET, ...Object.values(KEYS)
]
/** Never in the log. */
export const PRIVATE: readonly string[] = [...SECRETS, WEBHOOK_BODY, QUERY]

/** @param body one byte in each character */
export function signedByNango (body: string): string {
  return createHmac('sha256', NANGO_SIGNING_KEY).update(Buffer.from(body, 'latin1')).digest('hex')
}
