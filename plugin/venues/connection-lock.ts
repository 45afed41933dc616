/** Work that reads a connection's tags and writes them, one at a time for all replicas: Nango replaces the whole set with each write. */
import { RollerError } from '../errors.ts'
import { sleep, type Clock } from '../util/clock.ts'

/** Null: it is held, here or by another replica. */
export type Lock = (connectionId: string) => Promise<(() => Promise<void>) | null>

export interface ConnectionLockOptions {
  readonly lock: Lock
  readonly clock: Clock
}

/** Interval and number of attempts. */
const POLL_MS = 250
const MAX_POLLS = 20

export class ConnectionLock {
  readonly #options: ConnectionLockOptions

  constructor (options: ConnectionLockOptions) {
    this.#options = options
  }

  /**
   * @param work reads what another holder has stored meanwhile
   * @throws RollerError ROLLER_ERR_VENUE_UNVERIFIED if it is held too long
   */
  async run<T> (connectionId: string, work: () => Promise<T>): Promise<T> {
    const { lock, clock } = this.#options
    let release = await lock(connectionId)
    for (let polls = 0; release === null && polls < MAX_POLLS; polls++) {
      await sleep(clock, POLL_MS)
      release = await lock(connectionId)
    }
    if (release === null) {
      throw new RollerError('ROLLER_ERR_VENUE_UNVERIFIED', {
        detail: 'Another request or replica is verifying the venue of this connection, or is changing its tags.', retryAfter: 1
      })
    }
    try {
      return await work()
    } finally {
      await release()
    }
  }
}
