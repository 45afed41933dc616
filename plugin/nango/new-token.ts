/**
 * A forced refresh that really brings a new token. Nango lets it join a check of the same connection that is already under way for another
 * call, and then answers 200 with the token that was there before, without asking ROLLER.
 */
import { createHash } from 'node:crypto'
import { sleep, type Clock } from '../util/clock.ts'
import { RollerError } from '../errors.ts'

export interface ComparedToken {
  readonly token: string
  /** Milliseconds since 1970. Null where it is not known. */
  readonly expiresAt: number | null
}

const MAX_TRIES = 6
/** Before the second try; it doubles. A check takes Nango some milliseconds. */
const FIRST_PAUSE_MS = 50

/** What a token is compared by. ROLLER may give the same token again: then its end has moved. */
export function fingerprint ({ token, expiresAt }: ComparedToken): string {
  return createHash('sha256').update(`${expiresAt} ${token}`).digest('base64url')
}

/**
 * Asks until the answer is a new token.
 * @throws RollerError ROLLER_ERR_UNREACHABLE after a bounded number of tries; the credentials were not rejected
 */
export async function untilNew<T> (ask: () => Promise<T>, isNew: (answer: T) => boolean, clock: Clock): Promise<T> {
  for (let tries = 1; ; tries++) {
    const answer = await ask()
    if (isNew(answer)) return answer
    if (tries === MAX_TRIES) break
    await sleep(clock, FIRST_PAUSE_MS * 2 ** (tries - 1))
  }
  throw new RollerError('ROLLER_ERR_UNREACHABLE', {
    layer: 'nango',
    detail: 'ROLLER answered 401, and Nango has not requested a new token yet.',
    hint: 'Send the call again. If the error persists, reconnect with POST /connect-session/reconnect.',
    retryAfter: 1
  })
}
