/**
 * What lets the connect page show which venue was just connected. The page has no key of this gateway's, and a session token proves nothing
 * here: Nango does not say which connection a session has made. So each link carries a ticket, signed by this gateway, and each session
 * writes the ticket's proof into the connection it makes. A holder of the link can read the venue of that one connection, as long as
 * the link is good, and nothing of any other. Nothing is stored: every replica can check every ticket.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** A key that is entered in the last second has yet to be checked. Milliseconds. */
const GRACE = 5 * 60_000
/** Its end, its proof, the connection where it was known when the link was made, and the signature. */
const TICKET = /^(\d{10,16})\.([\w-]{22})(?:\.([\w-]{1,342}))?\.([\w-]{43})$/

/** What a good ticket says. */
export interface Link {
  readonly proof: string
  /** Of a link to enter credentials again. */
  readonly connectionId: string | null
  /** When the session ends, in milliseconds since 1970. */
  readonly expiresAt: number
}

export class Tickets {
  readonly #key: Buffer

  /** @param secretKey of Nango; the tickets' own key is made from it, for each integration another */
  constructor (secretKey: string, integrationId: string) {
    this.#key = createHmac('sha256', secretKey).update(`fastify-roller connect page\n${integrationId}`).digest()
  }

  /** To be written into the connection, before there is a session. */
  newProof (): string { return randomBytes(16).toString('base64url') }

  /**
   * @param expiresAt when the session ends, ISO 8601
   * @param connectionId of the connection whose credentials are entered again
   */
  issue (proof: string, expiresAt: string, connectionId: string | null = null): string {
    const known = connectionId === null ? '' : `.${Buffer.from(connectionId).toString('base64url')}`
    const content = `${Date.parse(expiresAt) + GRACE}.${proof}${known}`
    return `${content}.${this.#sign(content).toString('base64url')}`
  }

  /** @returns the proof that the connection must hold; null for a ticket that is not ours or is out of date */
  read (ticket: string, now: number): string | null { return this.readLink(ticket, now)?.proof ?? null }

  /** @returns null for a ticket that is not ours or is out of date */
  readLink (ticket: string, now: number): Link | null {
    const [, end = '', proof = '', known, signature = ''] = TICKET.exec(ticket) ?? []
    const content = `${end}.${proof}${known === undefined ? '' : `.${known}`}`
    if (signature === '' || !timingSafeEqual(this.#sign(content), Buffer.from(signature, 'base64url'))) return null
    if (now >= Number(end)) return null
    return { proof, connectionId: known === undefined ? null : Buffer.from(known, 'base64url').toString(), expiresAt: Number(end) - GRACE }
  }

  #sign (content: string): Buffer { return createHmac('sha256', this.#key).update(content).digest() }
}
