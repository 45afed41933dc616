/** Parsers of structured variables. Their errors name the problem and the expected form, and never repeat a value. */
import { isIP } from 'node:net'
import type { JwtOptions } from '../auth/jwt.ts'
import type { Environment } from './environment.ts'
import { isKeySetUrl } from './urls.ts'

export type TrustProxy = boolean | number | string[]

export function list (value: string | undefined): string[] {
  return (value ?? '').split(',').map((item) => item.trim()).filter((item) => item !== '')
}

/** Whether an invalid variable, or the file that holds it, has its own error. @param name may be a pattern */
export function isFaulty (name: string, faults: readonly string[]): boolean {
  const own = new RegExp(`^(?:${name})(?:_FILE)? `)
  return faults.some((fault) => own.test(fault))
}

/** Same for a security setting: it may be unset, but not set to an empty list. */
export function listOfSome (name: string, value: string | undefined, example: string, faults: string[]): string[] {
  const items = list(value)
  if (value !== undefined && items.length === 0) {
    faults.push(`${name} is set but empty. Set a value, or remove it from the environment. Example: ${name}=${example}`)
  }
  return items
}

/** true, false, the number of proxies, or their addresses and networks. */
export function parseTrustProxy (value: string, faults: string[]): TrustProxy {
  if (value === 'true' || value === 'false') return value === 'true'
  if (/^[1-9]\d?$/.test(value)) return Number(value)
  const addresses = list(value)
  if (addresses.length > 0 && addresses.every(isNetwork)) return addresses
  faults.push(
    'TRUST_PROXY must be true, false, a number of proxies, or a list of their addresses. Example: TRUST_PROXY=10.0.0.0/8,192.168.1.7'
  )
  return false
}

function isNetwork (text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const version = isIP(address)
  if (version === 0 || more.length > 0) return false
  return bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)) // Fastify takes no /0
}

/** Origins whose pages may call. Exact: a wildcard would allow every page with a stolen key to call. */
export function parseOrigins (value: string | undefined, faults: string[]): string[] {
  const origins = listOfSome('CORS_ORIGINS', value, 'https://app.example.com', faults)
  if (origins.some((origin) => !/^https?:\/\//.test(origin) || !URL.canParse(origin) || new URL(origin).origin !== origin)) {
    faults.push(
      'CORS_ORIGINS must be a list of origins: scheme, host, and a port that is not the default; no path and no *. Example: ' +
      'CORS_ORIGINS=https://app.example.com'
    )
  }
  return origins
}

type JwtVariables = Pick<Environment, 'JWT_JWKS_URL' | 'JWT_ISSUER' | 'JWT_AUDIENCE' | 'JWT_SCOPE_CLAIM'>

/** Without issuer and audience, a token that the issuer created for another service would be accepted. */
export function parseJwt (variables: JwtVariables, faults: string[]): JwtOptions | null {
  const { JWT_JWKS_URL: jwksUrl, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = variables
  if (jwksUrl === undefined && issuer === undefined && audience === undefined) return null
  const missing = (name: string, example: string): void => {
    if (isFaulty(name, faults)) return
    faults.push(`${name} is missing: JWT_JWKS_URL, JWT_ISSUER and JWT_AUDIENCE are required together. ` +
      `Example: ${name}=${example}`)
  }
  if (jwksUrl === undefined) missing('JWT_JWKS_URL', 'https://login.example.com/.well-known/jwks.json')
  else if (!isKeySetUrl(jwksUrl)) {
    faults.push('JWT_JWKS_URL must be an https address (http for this machine only) without credentials: ' +
      'changed keys would allow forged tokens. Example: JWT_JWKS_URL=https://login.example.com/.well-known/jwks.json')
  }
  if (issuer === undefined) missing('JWT_ISSUER', 'https://login.example.com/')
  if (audience === undefined) missing('JWT_AUDIENCE', 'roller-gateway')
  return {
    jwksUrl: jwksUrl ?? '', issuer: issuer ?? '', audience: audience ?? '', scopeClaim: variables.JWT_SCOPE_CLAIM
  }
}
