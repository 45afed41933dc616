/** An issuer of tokens that publishes its keys. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Test } from '../support/tap.ts'

export const ISSUER = 'https://login.example.com/'
export const AUDIENCE = 'gateway'
export const SECOND = 1000

export interface Issuer {
  readonly url: string
  readonly fetched: () => number
  /** Publishes another key under this id, in addition to the others or instead of them. */
  readonly rotate: (kid: string, alone?: boolean) => Promise<void>
  readonly respond: (how: ((response: ServerResponse) => void) | null) => void
  readonly token: (claims?: Record<string, unknown>, how?: { kid?: string, alg?: string, expires?: number }) => Promise<string>
}

export async function startIssuer (t: Test, alg = 'RS256'): Promise<Issuer> {
  const signers = new Map<string, Awaited<ReturnType<typeof generateKeyPair>>['privateKey']>()
  let keys: object[] = []
  let fetched = 0
  let how: ((response: ServerResponse) => void) | null = null
  const server = createServer((_request, response) => {
    fetched++
    if (how !== null) return how(response)
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }))
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { server.closeAllConnections(); server.close() })
  const rotate = async (kid: string, alone = false): Promise<void> => {
    const credentials = await generateKeyPair(alg, { extractable: true })
    signers.set(kid, credentials.privateKey)
    keys = [...alone ? [] : keys, { ...await exportJWK(credentials.publicKey), kid, alg, use: 'sig' }]
  }
  await rotate('one')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`, // of a TCP server
    fetched: () => fetched,
    rotate,
    respond: (next) => { how = next },
    token: async (claims = {}, { kid = 'one', expires = 600 } = {}) => {
      const now = Math.floor(Date.now() / SECOND)
      const signer = signers.get(kid)
      if (signer === undefined) throw new Error(`no key ${kid}`)
      return await new SignJWT(
        { iss: ISSUER, aud: AUDIENCE, exp: now + expires, sub: 'canary-subject', scope: 'roller:read connections:read', ...claims }
      )
        .setProtectedHeader({ alg, kid }).sign(signer)
    }
  }
}
