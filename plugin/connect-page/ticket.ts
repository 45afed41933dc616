/**
 * The ticket with which the connect page may read which venue was just connected. The page has no API key, and a session token proves
 * nothing here: Nango does not reveal which connection a session created. So each link carries a ticket signed by this gateway, and each
 * session writes the ticket's proof into the connection it creates. A holder of the link can read the venue of that one connection while
 * the link is valid, and nothing of any other. Nothing is stored: every replica can check every ticket.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Milliseconds. Credentials entered in the last second must still be checked. */
const GRACE = 5 * 60_000
/** Expiry, proof, the connection if it is known in advance, and the signature. */
const TICKET = /^(\d{10,16})\.([\w-]{22})(?:\.([\w-]{1,342}))?\.([\w-]{43})$/

/** The content of a valid ticket. */
export interface Link {
  readonly proof: string
  /** For a reconnect link. */
  readonly connectionId: string | null
  /** Expiry of the session in epoch milliseconds. */
  readonly expiresAt: number
}

export class Tickets {
  readonly #key: Buffer

  /** @param secretKey of Nango; the signing key is derived from it for each integration */
  constructor (secretKey: string, integrationId: string) {
    this.#key = createHmac('sha256', secretKey).update(`fastify-roller connect page\n${integrationId}`).digest()
  }

  /** Written into the connection; generated before the session. */
  newProof (): string { return randomBytes(16).toString('base64url') }

  /**
   * @param expiresAt expiry of the session, ISO 8601
   * @param connectionId for a reconnect link
   */
  issue (proof: string, expiresAt: string, connectionId: string | null = null): string {
    const known = connectionId === null ? '' : `.${Buffer.from(connectionId).toString('base64url')}`
    const content = `${Date.parse(expiresAt) + GRACE}.${proof}${known}`
    return `${content}.${this.#sign(content).toString('base64url')}`
  }

  /** @returns null for an invalid or expired ticket */
  read (ticket: string, now: number): Link | null {
    const [, end = '', proof = '', known, signature = ''] = TICKET.exec(ticket) ?? []
    const content = `${end}.${proof}${known === undefined ? '' : `.${known}`}`
    if (signature === '' || !timingSafeEqual(this.#sign(content), Buffer.from(signature, 'base64url'))) return null
    if (now >= Number(end)) return null
    return { proof, connectionId: known === undefined ? null : Buffer.from(known, 'base64url').toString(), expiresAt: Number(end) - GRACE }
  }

  #sign (content: string): Buffer { return createHmac('sha256', this.#key).update(content).digest() }
}
