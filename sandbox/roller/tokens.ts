/** `POST /token` and the Bearer check. */
import { randomBytes } from 'node:crypto'
import { demand, ErrorResponse, text, type Input } from './input.ts'

interface Token { clientId: string, expiresAt: number }

const unauthorized = (message: string): ErrorResponse => new ErrorResponse(401, { message })

export function createTokens (now: () => number, ttlSeconds: number) {
  // Tokens are not part of the deterministic data: they must differ between runs.
  const tokens = new Map<string, Token>()
  const rejected = new Set<string>()
  let issued = 0

  return {
    get issued () { return issued },

    issue (body: Input): { access_token: string, token_type: 'Bearer', expires_in: number } {
      demand(body, 'client_id', 'client_secret')
      const clientId = text(body, 'client_id') ?? ''
      const secret = text(body, 'client_secret') ?? ''
      if (clientId === '' || secret === '' || secret === 'wrong' || rejected.has(clientId)) {
        throw unauthorized('The client credentials are invalid')
      }
      const token = randomBytes(32).toString('base64url')
      tokens.set(token, { clientId, expiresAt: now() + ttlSeconds * 1000 })
      issued++
      return { access_token: token, token_type: 'Bearer', expires_in: ttlSeconds }
    },

    /** The client id of the header, or a rejection. */
    check (header: string | undefined): string {
      const value = /^Bearer ([\w.~+/=-]+)$/i.exec(header ?? '')?.[1]
      if (value === undefined) throw unauthorized('Authorization has been denied for this request')
      const token = tokens.get(value)
      if (token === undefined) throw unauthorized('The access token is not valid')
      if (now() >= token.expiresAt) {
        tokens.delete(value)
        throw unauthorized('The access token has expired')
      }
      return token.clientId
    },

    revoke (clientId?: string): void {
      for (const [value, token] of tokens) {
        if (clientId === undefined || token.clientId === clientId) tokens.delete(value)
      }
    },

    reject (clientId: string, reject: boolean): void {
      if (reject) rejected.add(clientId)
      else rejected.delete(clientId)
    }
  }
}
