/**
 * A forced refresh that returns a new token. Nango may join it to a check of the same connection that is already running for another call,
 * and then returns 200 with the old token, without a request to ROLLER.
 */
import { createHash } from 'node:crypto'
import { sleep, type Clock } from '../util/clock.ts'
import { RollerError } from '../errors.ts'

export interface ComparedToken {
  readonly token: string
  /** Epoch milliseconds; null if unknown. */
  readonly expiresAt: number | null
}

const MAX_TRIES = 6
/** Delay before the second attempt in milliseconds; it doubles. Nango's check takes some milliseconds. */
const FIRST_PAUSE_MS = 50

/** The identity of a token. ROLLER may issue the same token again with a later expiry. */
export function fingerprint ({ token, expiresAt }: ComparedToken): string {
  return createHash('sha256').update(`${expiresAt} ${token}`).digest('base64url')
}

/**
 * Repeats the forced refresh until the response has a new token.
 * @throws RollerError ROLLER_ERR_UNREACHABLE after a bounded number of attempts; the credentials were not rejected
 */
export async function untilNew<T> (refresh: () => Promise<T>, isNew: (response: T) => boolean, clock: Clock): Promise<T> {
  for (let tries = 1; ; tries++) {
    const response = await refresh()
    if (isNew(response)) return response
    if (tries === MAX_TRIES) break
    await sleep(clock, FIRST_PAUSE_MS * 2 ** (tries - 1))
  }
  throw new RollerError('ROLLER_ERR_UNREACHABLE', {
    layer: 'nango',
    detail: 'ROLLER returned 401, and Nango has not requested a new token yet.',
    hint: 'Send the call again. If the error persists, reconnect with POST /connect-session/reconnect.',
    retryAfter: 1
  })
}
