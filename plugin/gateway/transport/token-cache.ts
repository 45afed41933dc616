/**
 * Tokens, in memory only. One read for each connection at a time, however many calls wait for it; a token is renewed before its expiry
 * while calls continue with it; one that ROLLER has rejected is never used again. ROLLER suspends credentials after too many token
 * requests, so nothing is read without need.
 */
import { LRUCache } from 'lru-cache'
import { atMost } from '../../util/at-most.ts'
import type { Clock } from '../../util/clock.ts'
import { isRollerError } from '../../errors.ts'
import { fingerprint, untilNew } from '../../nango/new-token.ts'

export interface FreshToken {
  readonly token: string
  /** Epoch milliseconds; null if unknown. */
  readonly expiresAt: number | null
  /** Read together with the venue's state: verified for the very credentials of the token. */
  readonly verified: boolean
}

/** @param force requests a new token, whatever the expiry of the old one */
export type TokenSource = (connectionId: string, force: boolean) => Promise<FreshToken>

/** A cached token. */
export interface HeldToken {
  readonly token: string
  /** The header value. Built once: concatenating a long text for each call costs more than all other headers. */
  readonly authorization: string
  readonly verified: boolean
}

interface Held extends HeldToken {
  readonly fingerprint: string
  /** By the gateway's clock, like the next. */
  readonly endsAt: number
  renewAt: number
}

interface Reading { readonly token: Promise<HeldToken> }

/** Kinds of a read: any token, one that ROLLER has not rejected, or one that Nango must fetch. */
type Wanted = 'any' | 'unrefused' | 'new'

/** Number of rejected tokens of a connection that are kept, by their fingerprints. */
const MAX_REJECTED = 4
/** A token is some 1 KB. */
const MAX_TOKENS = 100_000
/** Nango renews a token that expires in less than 15 minutes when it is read. An earlier read returns the same one, so this is less. */
const MARGIN_MS = 10 * 60_000
/** Of a token with a shorter lifetime, this part is used first: Nango issues a new one at every read. */
const USED_PART = 0.8
/** A token is used for at least this long, whatever its expiry: clocks differ, and ROLLER's 401 decides. */
const MIN_LIFE_MS = 30_000
/** ROLLER's tokens are valid for a day. A later expiry is ignored: a token represents credentials that were verified when it was read. */
const MAX_LIFE_MS = 7 * 86_400_000
/** Pause after a failed early renewal. Nango itself rejects refreshes for as long. */
const RETRY_MS = 30_000

export class TokenCache {
  readonly #source: TokenSource
  readonly #clock: Clock
  readonly #held = new LRUCache<string, Held>(atMost(MAX_TOKENS))
  readonly #rejected = new LRUCache<string, readonly string[]>(atMost(10_000))
  readonly #reading = new Map<string, Reading>()

  constructor (source: TokenSource, clock: Clock) {
    this.#source = source
    this.#clock = clock
  }

  /** The cached token, or null. */
  peek (connectionId: string): HeldToken | null {
    const held = this.#held.get(connectionId)
    if (held === undefined) return null
    const now = this.#clock.now()
    if (now < held.renewAt) return held
    if (now >= held.endsAt) return null
    // Calls continue with the old one, which is still valid.
    held.renewAt = now + RETRY_MS
    if (!this.#reading.has(connectionId)) {
      this.#read(connectionId, 'any').catch((error: unknown) => this.#onFailedAhead(connectionId, error))
    }
    return held
  }

  /** @throws RollerError if there is no token */
  async get (connectionId: string): Promise<HeldToken> {
    return this.peek(connectionId) ?? await (this.#reading.get(connectionId)?.token ?? this.#read(connectionId, 'any'))
  }

  /**
   * Requests a new token. The response contains it, so it is not read again.
   * @throws RollerError if there is no token
   */
  async renew (connectionId: string): Promise<void> {
    this.#drop(connectionId)
    await this.#read(connectionId, 'new')
  }

  /** Reads the token that another replica has refreshed. @throws RollerError if Nango still returns one that ROLLER has rejected */
  async adoptRenewed (connectionId: string): Promise<void> {
    const held = this.#held.peek(connectionId)
    if (held !== undefined && !this.#isRejected(connectionId, held.fingerprint)) return
    this.#drop(connectionId)
    await this.#read(connectionId, 'unrefused')
  }

  /** ROLLER rejected this token. If another replica refreshes it, the next call reads the new one. */
  reject (connectionId: string, token: HeldToken): void {
    const held = this.#held.peek(connectionId)
    const print = (token as Held).fingerprint // all tokens handed out are of this type
    if (!this.#isRejected(connectionId, print)) {
      this.#rejected.set(connectionId, [print, ...this.#rejected.get(connectionId) ?? []].slice(0, MAX_REJECTED))
    }
    if (held?.token === token.token) this.#held.delete(connectionId)
  }

  forget (connectionId: string): void {
    this.#drop(connectionId)
    this.#rejected.delete(connectionId)
  }

  #drop (connectionId: string): void {
    this.#held.delete(connectionId)
    this.#reading.delete(connectionId) // a read in progress is not cached
  }

  forgetAll (): void {
    this.#rejected.clear()
    this.#held.clear()
    this.#reading.clear()
  }

  #isRejected (connectionId: string, print: string): boolean {
    return this.#rejected.get(connectionId)?.includes(print) ?? false
  }

  #read (connectionId: string, wanted: Wanted): Promise<HeldToken> {
    const reading: Reading = { token: this.#finish(connectionId, wanted, () => this.#reading.get(connectionId) === reading) }
    this.#reading.set(connectionId, reading)
    return reading.token
  }

  /** @param newest false after a later read, which may have renewed the token */
  async #finish (connectionId: string, wanted: Wanted, newest: () => boolean): Promise<HeldToken> {
    const read = async (): Promise<Held> => this.#hold(await this.#source(connectionId, wanted === 'new'))
    try {
      const held = wanted === 'any'
        ? await read()
        : await untilNew(read, (token) => !this.#isRejected(connectionId, token.fingerprint), this.#clock)
      if (newest()) this.#held.set(connectionId, held)
      return held
    } finally {
      if (newest()) this.#reading.delete(connectionId)
    }
  }

  #hold (fresh: FreshToken): Held {
    const { token, expiresAt, verified } = fresh
    const print = fingerprint(fresh)
    const authorization = Buffer.from(`Bearer ${token}`, 'latin1').toString('latin1') // flattened into one piece
    // Nango's times are wall-clock times, waits here use another clock.
    const lifetime = expiresAt === null ? MAX_LIFE_MS : Math.min(Math.max(expiresAt - Date.now(), MIN_LIFE_MS), MAX_LIFE_MS)
    const now = this.#clock.now()
    const renewAt = now + Math.max(lifetime - MARGIN_MS, lifetime * USED_PART)
    return { token, authorization, verified, fingerprint: print, endsAt: now + lifetime, renewAt }
  }

  #onFailedAhead (connectionId: string, error: unknown): void {
    // After any other failure the token is used until its expiry.
    if (isRollerError(error) && error.code === 'ROLLER_ERR_CONNECTION_UNKNOWN') this.#held.delete(connectionId)
  }
}
