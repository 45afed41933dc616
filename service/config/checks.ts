/** Checks across several variables, and of addresses. */
import { isIP } from 'node:net'
import {
  HTTP_ADDRESS_RULE, isConnectionId, isHttpAddress, isPublicUrl, isRollerBaseUrl, PUBLIC_URL_RULE, ROLLER_BASE_URL_RULE
} from 'fastify-roller/internal'
import { anyLimited } from '../auth/caller.ts'
import type { JwtOptions } from '../auth/jwt.ts'
import type { KeyedCaller } from '../auth/keys.ts'
import type { Environment } from './environment.ts'
import { isRedisUrl, REDIS_URL_RULE } from './urls.ts'
import { isFaulty } from './values.ts'

const ADDRESSES = [
  ['NANGO_HOST', isHttpAddress, HTTP_ADDRESS_RULE, 'https://nango.example.com'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', isHttpAddress, HTTP_ADDRESS_RULE, 'http://otel-collector:4318'],
  ['REDIS_URL', isRedisUrl, REDIS_URL_RULE, 'redis://redis:6379'],
  ['NANGO_PUBLIC_HOST', isPublicUrl, PUBLIC_URL_RULE, 'https://nango.example.com'],
  ['NANGO_CONNECT_URL', isPublicUrl, PUBLIC_URL_RULE, 'https://connect.nango.example.com'],
  ['ROLLER_BASE_URL', isRollerBaseUrl, ROLLER_BASE_URL_RULE, 'https://api.roller.app']
] as const

export function checkAddresses (environment: Environment, faults: string[]): void {
  for (const [name, isValid, rule, example] of ADDRESSES) {
    const url = environment[name]
    if (url !== undefined && !isValid(url)) faults.push(`${name} must be ${rule}. Example: ${name}=${example}`)
  }
}

export function checkConnectionId (
  { ROLLER_CONNECTION_ID: connectionId }: Environment, keys: readonly KeyedCaller[], keysSource: string, faults: string[]
): void {
  if (connectionId === undefined) return
  if (!isConnectionId(connectionId)) {
    faults.push('ROLLER_CONNECTION_ID must be an id as Nango gives it, of at most 255 characters. Example: ROLLER_CONNECTION_ID=demo-venue')
  }
  if (!anyLimited(keys)) return
  faults.push(`${keysSource} limits callers to their own venues, and ROLLER_CONNECTION_ID sets one venue for all. ` +
    'Keep one of the two: take ROLLER_CONNECTION_ID out of the environment, or tags and connections out of the keys. ' +
    'Example: ROLLER_CONNECTION_ID=demo-venue')
}

export function checkSecretKey ({ NANGO_SECRET_KEY: secretKey }: Environment, faults: string[]): void {
  if (secretKey === undefined || /^[\x21-\x7e]+$/.test(secretKey)) return
  faults.push('NANGO_SECRET_KEY must contain visible ASCII characters only. ' +
    'Example: NANGO_SECRET_KEY_FILE=/run/secrets/nango-secret-key')
}

export function checkHost ({ HOST: host }: Environment, faults: string[]): void {
  if (isIP(host) !== 0 || /^[A-Za-z0-9._-]{1,253}$/.test(host)) return
  faults.push('HOST must be an IP address or a host name. Example: HOST=0.0.0.0')
}

/** Without Redis each replica would use the whole limit, and ROLLER would reject the calls of all. */
export function checkReplicas ({ REPLICAS: replicas, REDIS_URL: redisUrl }: Environment, faults: string[]): void {
  if (replicas === 1 || redisUrl !== undefined) return
  if (isFaulty('REDIS_URL', faults)) return
  faults.push(
    'REPLICAS is above 1, and without REDIS_URL replicas cannot share the rate limits. Set REDIS_URL to the same Redis for all of them. ' +
    'Example: REDIS_URL=redis://redis:6379'
  )
}

/** @returns whether callers are authenticated */
export function checkAuthentication ({ API_KEYS: keys, AUTH, HOST }: Environment, jwt: JwtOptions | null, faults: string[]): boolean {
  const authenticated = keys !== undefined || jwt !== null || isFaulty('API_KEYS|JWT_[A-Z_]+', faults)
  if (!isLoopback(HOST) && !authenticated && AUTH !== 'none') {
    faults.push(
      'HOST is reachable from other machines, and callers are not authenticated. Set API_KEYS or JWT_JWKS_URL, or AUTH=none if a ' +
      'proxy in front of the service authenticates them. Example: HOST=127.0.0.1'
    )
  }
  if (authenticated && AUTH === 'none') {
    faults.push('AUTH=none disables authentication, but API_KEYS or JWT_JWKS_URL is set. Remove AUTH or the others from the ' +
      'environment. Example: API_KEYS_FILE=/run/secrets/api-keys')
  }
  return authenticated
}

/** The sandbox responds like the real service, so it starts by default only where it cannot be mistaken for it. */
export function checkSandbox (environment: Environment, faults: string[]): void {
  const { NANGO_SECRET_KEY: secretKey, SANDBOX: sandbox, NODE_ENV: mode } = environment
  if (secretKey !== undefined) {
    if (sandbox === true) {
      faults.push('SANDBOX=true starts the sandbox, and NANGO_SECRET_KEY is set. Remove one of them. Example: SANDBOX=false')
    }
    return
  }
  if (sandbox === true || isFaulty('NANGO_SECRET_KEY', faults)) return
  if (sandbox === undefined && isLoopback(environment.HOST) && (mode === undefined || mode === 'development' || mode === 'test')) return
  faults.push('NANGO_SECRET_KEY is missing. Without it the sandbox starts on loopback only, with NODE_ENV unset, development or ' +
    'test and SANDBOX is not false; SANDBOX=true starts it anywhere. Example: NANGO_SECRET_KEY_FILE=/run/secrets/nango-secret-key')
}

export function isLoopback (host: string): boolean {
  if (host === 'localhost' || host === '::1') return true
  return isIP(host) === 4 && host.startsWith('127.')
}
