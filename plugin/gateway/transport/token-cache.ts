/**
 * Tokens in memory, and nowhere else. One read for a connection at a time, however many calls wait for it; a token is renewed a while
 * before its end while calls go on with it; one that ROLLER has refused is never used again. ROLLER suspends credentials whose owner
 * asks for tokens too often, so nothing is read that is not needed.
 */
import { LRUCache } from 'lru-cache'
import { atMost } from '../../util/at-most.ts'
import type { Clock } from '../../util/clock.ts'
import { isRollerError } from '../../errors.ts'
import { fingerprint, untilNew } from '../../nango/new-token.ts'

export interface FreshToken {
  readonly token: string
  /** Milliseconds since 1970. Null where it is not known. */
  readonly expiresAt: number | null
  /** Read together with what Nango keeps of its venue: verified for the very credentials that the token was made with. */
  readonly verified: boolean
}

/** @param force asks for a new token, whatever the old one's end */
export type TokenSource = (connectionId: string, force: boolean) => Promise<FreshToken>

/** A token that is here. */
export interface HeldToken {
  readonly token: string
  /** As it is sent. Written once: a long text that is put together anew for each call costs more than all other headers. */
  readonly authorization: string
  readonly verified: boolean
}

interface Held extends HeldToken {
  readonly fingerprint: string
  /** By the gateway's clock, as the next. */
  readonly endsAt: number
  renewAt: number
}

interface Reading { readonly token: Promise<HeldToken> }

/** Of a connection: any token, one that ROLLER has not refused, or one that Nango is made to fetch. */
type Wanted = 'any' | 'unrefused' | 'new'

/** Refused tokens of a connection that are remembered, by their fingerprints. */
const MAX_REFUSED = 4
/** A token is some 1 KB. */
const MAX_TOKENS = 100_000
/**
 * Nango renews a token of which less than 15 minutes are left when it is read. A read any earlier brings the same one back, so this is
 * less.
 */
const MARGIN_MS = 10 * 60_000
/** Of a token that lives no longer than that, this part is used first: Nango makes a new one at every read. */
const USED_PART = 0.8
/** A token is used for this long whatever its end is said to be: clocks differ, and ROLLER's 401 is the last word. */
const MIN_LIFE_MS = 30_000
/**
 * ROLLER's tokens live for a day. An end further away is not believed: a token stands for credentials that were looked at when it was
 * read.
 */
const MAX_LIFE_MS = 7 * 86_400_000
/** After a renewal ahead of time has failed. Nango itself refuses for as long. */
const RETRY_MS = 30_000

export class TokenCache {
  readonly #source: TokenSource
  readonly #clock: Clock
  readonly #held = new LRUCache<string, Held>(atMost(MAX_TOKENS))
  readonly #refused = new LRUCache<string, readonly string[]>(atMost(10_000))
  readonly #reading = new Map<string, Reading>()

  constructor (source: TokenSource, clock: Clock) {
    this.#source = source
    this.#clock = clock
  }

  /** The token that is here, or null. */
  peek (connectionId: string): HeldToken | null {
    const held = this.#held.get(connectionId)
    if (held === undefined) return null
    const now = this.#clock.now()
    if (now < held.renewAt) return held
    if (now >= held.endsAt) return null
    // Calls go on with the old one, which is good still.
    held.renewAt = now + RETRY_MS
    if (!this.#reading.has(connectionId)) {
      this.#read(connectionId, 'any').catch((error: unknown) => this.#onFailedAhead(connectionId, error))
    }
    return held
  }

  /** @throws RollerError when there is none to be had */
  async get (connectionId: string): Promise<HeldToken> {
    return this.peek(connectionId) ?? await (this.#reading.get(connectionId)?.token ?? this.#read(connectionId, 'any'))
  }

  /**
   * Has a new token made. Its answer holds the token, so that is not read once more.
   * @throws RollerError when there is none to be had
   */
  async renew (connectionId: string): Promise<void> {
    this.#drop(connectionId)
    await this.#read(connectionId, 'new')
  }

  /** Reads the token that another replica has had made. @throws RollerError when Nango still gives one that ROLLER has refused */
  async takeOver (connectionId: string): Promise<void> {
    const held = this.#held.peek(connectionId)
    if (held !== undefined && !this.#isRefused(connectionId, held.fingerprint)) return
    this.#drop(connectionId)
    await this.#read(connectionId, 'unrefused')
  }

  /** ROLLER refused this token. If another replica has it renewed, the next call reads the new one. */
  reject (connectionId: string, token: HeldToken): void {
    const held = this.#held.peek(connectionId)
    const print = (token as Held).fingerprint // all that are handed out are of this kind
    if (!this.#isRefused(connectionId, print)) {
      this.#refused.set(connectionId, [print, ...this.#refused.get(connectionId) ?? []].slice(0, MAX_REFUSED))
    }
    if (held?.token === token.token) this.#held.delete(connectionId)
  }

  forget (connectionId: string): void {
    this.#drop(connectionId)
    this.#refused.delete(connectionId)
  }

  #drop (connectionId: string): void {
    this.#held.delete(connectionId)
    this.#reading.delete(connectionId) // what is being read is not kept
  }

  forgetAll (): void {
    this.#refused.clear()
    this.#held.clear()
    this.#reading.clear()
  }

  #isRefused (connectionId: string, print: string): boolean {
    return this.#refused.get(connectionId)?.includes(print) ?? false
  }

  #read (connectionId: string, wanted: Wanted): Promise<HeldToken> {
    const reading: Reading = { token: this.#finish(connectionId, wanted, () => this.#reading.get(connectionId) === reading) }
    this.#reading.set(connectionId, reading)
    return reading.token
  }

  /** @param newest false once a later read has taken over: it may have been the one that renewed the token */
  async #finish (connectionId: string, wanted: Wanted, newest: () => boolean): Promise<HeldToken> {
    const read = async (): Promise<Held> => this.#hold(await this.#source(connectionId, wanted === 'new'))
    try {
      const held = wanted === 'any'
        ? await read()
        : await untilNew(read, (token) => !this.#isRefused(connectionId, token.fingerprint), this.#clock)
      if (newest()) this.#held.set(connectionId, held)
      return held
    } finally {
      if (newest()) this.#reading.delete(connectionId)
    }
  }

  #hold (fresh: FreshToken): Held {
    const { token, expiresAt, verified } = fresh
    const print = fingerprint(fresh)
    const authorization = Buffer.from(`Bearer ${token}`, 'latin1').toString('latin1') // in one piece
    // Nango tells the time by the wall clock, waits here go by another.
    const life = expiresAt === null ? MAX_LIFE_MS : Math.min(Math.max(expiresAt - Date.now(), MIN_LIFE_MS), MAX_LIFE_MS)
    const now = this.#clock.now()
    const renewAt = now + Math.max(life - MARGIN_MS, life * USED_PART)
    return { token, authorization, verified, fingerprint: print, endsAt: now + life, renewAt }
  }

  #onFailedAhead (connectionId: string, error: unknown): void {
    // Anything else leaves the token as good as it is: nobody is told before its end.
    if (isRollerError(error) && error.code === 'ROLLER_ERR_CONNECTION_UNKNOWN') this.#held.delete(connectionId)
  }
}
