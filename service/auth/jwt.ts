/** Authenticates callers by JSON Web Token. The issuer's public keys are fetched; its claims determine the caller's scopes. */
import {
  createLocalJWKSet, createRemoteJWKSet, customFetch, errors, jwtVerify, type CryptoKey, type JWTPayload, type JWTVerifyGetKey,
  type JWTVerifyOptions, type JWTVerifyResult
} from 'jose'
import { isRollerError, RollerError } from 'fastify-roller'
import { SCOPES, type Caller } from './caller.ts'

export interface JwtOptions {
  readonly jwksUrl: string
  readonly issuer: string
  readonly audience: string
  /** Allowed clock skew in seconds. */
  readonly clockTolerance?: number
  /** The claim with the scopes: a space-separated string (RFC 8693) or an array. */
  readonly scopeClaim: string
  /** Fetches the keys. */
  readonly fetch?: typeof fetch
}

/** Asymmetric algorithms only: with a shared secret (HS256) every verifier could issue tokens; `none` is unsigned. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
/** RFC 7519 sets no limit; OpenID Connect limits it to 255. */
const MAX_SUBJECT_LENGTH = 255
const CLOCK_TOLERANCE = 30
const FETCH_TIMEOUT_MS = 5_000
/** How long known keys stay valid while the issuer is unavailable, so that an outage of the issuer rejects no callers. */
const KNOWN_KEYS_GOOD_FOR_MS = 3_600_000
/** After a failed fetch, callers do not wait for the next one. */
const REST_MS = 10_000

/** Resolves to null for an invalid token. @throws RollerError ROLLER_ERR_AUTH_UNAVAILABLE if the issuer's keys are unavailable */
export type TokenCheck = (token: string) => Promise<{ readonly caller: Caller } | { readonly rejected: string }>

export function createTokenCheck (
  { jwksUrl, issuer, audience, clockTolerance = CLOCK_TOLERANCE, scopeClaim, fetch = globalThis.fetch }: JwtOptions
): TokenCheck {
  const keys = issuerKeys(jwksUrl, fetch)
  const options = { issuer, audience, clockTolerance, algorithms: ALGORITHMS, requiredClaims: ['exp'] }
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, options).catch((error: unknown) => verifyWithAny(token, error, options))
      // A list or an object as the subject would give all its callers one name, and so one shared rate limit and log name.
      if (!isSubject(payload.sub)) return { rejected: `The token's claim sub is no text of at most ${MAX_SUBJECT_LENGTH} characters.` }
      return { caller: toCaller(payload, scopeClaim) }
    } catch (error) {
      if (isRollerError(error)) throw error
      return { rejected: reasonOf(error) }
    }
  }
}

/** During a rotation, an issuer may publish several keys of one id, or without an id. */
async function verifyWithAny (token: string, error: unknown, options: JWTVerifyOptions): Promise<JWTVerifyResult> {
  if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
  for await (const key of error) {
    try {
      return await jwtVerify(token, key, options)
    } catch (failure) {
      if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure
    }
  }
  throw new errors.JWSSignatureVerificationFailed()
}

function isSubject (sub: unknown): boolean {
  return sub === undefined || (typeof sub === 'string' && sub.length <= MAX_SUBJECT_LENGTH)
}

function toCaller (payload: JWTPayload, scopeClaim: string): Caller {
  const claim = payload[scopeClaim]
  const words = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : []
  return { ...nameOf(payload), scopes: new Set(SCOPES.filter((scope) => words.includes(scope))), limits: null }
}

/** A program's token may name no subject, but the client that it was issued to (RFC 9068, OpenID Connect). */
function nameOf ({ sub, client_id: clientId, azp }: JWTPayload): Pick<Caller, 'name' | 'anonymous'> {
  if (typeof sub === 'string' && sub !== '') return { name: `jwt:${sub}` }
  const client = [clientId, azp].find((id) => typeof id === 'string' && id !== '' && id.length <= MAX_SUBJECT_LENGTH)
  return client === undefined ? { name: 'jwt:', anonymous: true } : { name: `jwt-client:${String(client)}` }
}

/** Any other error is that of a published key which Node.js cannot use. */
function reasonOf (error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.'
  if (error instanceof errors.JWTClaimValidationFailed) return `The token's claim ${error.claim} does not fit this gateway.`
  if (error instanceof errors.JWKSNoMatchingKey) return 'The token is signed by a key that its issuer does not publish.'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'The token is signed by an algorithm that this gateway does not take.'
  return 'The token\'s signature or form is not good.'
}

/** The issuer's keys: fetched when needed, again for a token with an unknown key, and kept while the issuer is unavailable. */
function issuerKeys (url: string, fetch: typeof globalThis.fetch): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(url), { timeoutDuration: FETCH_TIMEOUT_MS, [customFetch]: fetch })
  let fetchedAt = -Infinity
  let restUntil = -Infinity
  let failure: unknown

  const known: JWTVerifyGetKey = async (header, token): Promise<CryptoKey> => {
    const jwks = remote.jwks()
    if (jwks !== undefined && Date.now() - fetchedAt < KNOWN_KEYS_GOOD_FOR_MS) {
      try {
        return await createLocalJWKSet(jwks)(header, token)
      } catch (error) {
        // The issuer may have a new key, which cannot be fetched now.
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      }
    }
    throw new RollerError('ROLLER_ERR_AUTH_UNAVAILABLE', { retryAfter: REST_MS / 1000, cause: failure })
  }

  return async (header, token) => {
    if (Date.now() < restUntil) return await known(header, token)
    try {
      return await remote(header, token)
    } catch (error) {
      if (!isOutage(error)) throw error
      restUntil = Date.now() + REST_MS
      failure = error
      return await known(header, token)
    } finally {
      if (remote.fresh) fetchedAt = Date.now()
    }
  }
}

/** Errors of the issuer, not of the token: no response, a status other than 200, no key set. */
function isOutage (error: unknown): boolean {
  if (error instanceof DOMException) return false // Web Cryptography's for a published key that it cannot import
  if (!(error instanceof errors.JOSEError)) return true
  return error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || error.code === 'ERR_JOSE_GENERIC'
}
