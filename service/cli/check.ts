/** `roller-sidecar check`: tests whether the service would work in this environment. Prints one line for each check. */
import Fastify, { type FastifyInstance } from 'fastify'
import roller, { isRollerError } from 'fastify-roller'
import { proxyFinder } from 'fastify-roller/internal'
import { Redis } from 'ioredis'
import { ConfigError, readConfig, type Config, type ConnectedConfig } from '../config/config.ts'
import { upstreamOptions } from '../config/plugin-options.ts'
import { redisHint, redisReason } from '../config/redis.ts'
import { createFetch } from '../http/outgoing-fetch.ts'

type Result = 'ok' | 'failed' | 'absent' | 'skipped'
type Say = (line: string) => void

interface Report {
  add (result: Result, what: string, detail: string): void
  readonly good: boolean
}

/** @returns whether all checks passed */
export async function check (source: Readonly<Record<string, string | undefined>>, say: Say): Promise<boolean> {
  const report = reporter(say)
  const config = checkConfig(source, report)
  if (config === null) return false
  if (config.nango === null) {
    report.add(
      'failed', 'nango',
      'NANGO_SECRET_KEY is not set: the service would run on its sandbox. Example: NANGO_SECRET_KEY_FILE=/run/secrets/nango-secret-key'
    )
  } else {
    await checkNango({ ...config, nango: config.nango }, report)
  }
  if (config.redisUrl !== null) await checkRedis(config.redisUrl, report)
  if (config.jwt !== null) await checkIssuer(config.jwt.jwksUrl, createFetch(proxyFinder(config.proxy)), report)
  return report.good
}

function checkConfig (source: Readonly<Record<string, string | undefined>>, report: Report): Config | null {
  try {
    const config = readConfig(source)
    report.add('ok', 'configuration', 'Every variable is valid.')
    return config
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const fault of error.faults) report.add('failed', 'configuration', fault)
    return null
  }
}

async function checkNango (config: ConnectedConfig, report: Report): Promise<void> {
  const app = Fastify()
  await app.register(roller, { ...upstreamOptions(config), authorize: 'open' })
  try {
    const steps = await app.roller.checkGateway()
    for (const { step, result, detail, hint } of steps) report.add(result, step, hint === undefined ? detail : `${detail} ${hint}`)
    // An invalid or unreadable integration does not skip the scopes.
    if (steps.some(({ step, result }) => step === 'key-valid' && result === 'ok')) await checkScopes(app, report)
  } catch (error) {
    if (!isRollerError(error)) throw error
    report.add('failed', 'nango', `${error.detail} ${error.hint}`)
  } finally {
    await app.close()
  }
}

async function checkScopes (app: FastifyInstance, report: Report): Promise<void> {
  for (const { scope, purpose, needed, granted } of await app.roller.checkKeyRights()) {
    const what = purpose.replaceAll('`', '')
    if (granted) report.add('ok', 'key-scope', `${scope}: ${what}.`)
    else {
      const detail = `${scope} is not granted; it is used for ${what}. Add it to this key in Nango's environment settings.`
      report.add(needed ? 'failed' : 'absent', 'key-scope', detail)
    }
  }
}

async function checkRedis (url: string, report: Report): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, connectTimeout: 5_000, maxRetriesPerRequest: 0, retryStrategy: () => null })
  let why: unknown // connect() itself rejects without a cause
  client.on('error', (error) => { why ??= error })
  try {
    await client.connect()
    await client.ping()
    report.add('ok', 'redis', 'Redis is reachable.')
  } catch (error) {
    const reason = redisReason(why ?? error)
    report.add('failed', 'redis', `Redis cannot be used (${reason}): ${redisHint(reason)}`)
  } finally {
    client.disconnect()
  }
}

async function checkIssuer (jwksUrl: string, fetch: typeof globalThis.fetch, report: Report): Promise<void> {
  const { createLocalJWKSet } = await import('jose')
  try {
    const response = await fetch(jwksUrl, { redirect: 'manual', signal: AbortSignal.timeout(5_000) })
    if (response.status !== 200) {
      return report.add('failed', 'token-keys', `The token issuer answered ${response.status} instead of 200. Check JWT_JWKS_URL.`)
    }
    createLocalJWKSet(await response.json() as Parameters<typeof createLocalJWKSet>[0]) // only Error objects are thrown
    report.add('ok', 'token-keys', 'The token issuer publishes its keys.')
  } catch (error) {
    report.add('failed', 'token-keys', `The keys of the token issuer cannot be read (${codeOf(error)}). Check JWT_JWKS_URL.`)
  }
}

/** Never the message: it may contain an address with a password. */
function codeOf (error: unknown): string {
  const { code, name, cause } = error as { code?: unknown, name?: unknown, cause?: { code?: unknown } } // errors of Node.js and jose
  return String(cause?.code ?? code ?? name)
}

function reporter (say: Say): Report {
  let good = true
  return {
    add (result, what, detail) {
      if (result === 'failed') good = false // a step is skipped only after one that has failed
      say(`${result.padEnd(8)} ${what.padEnd(22)} ${detail}`)
    },
    get good () { return good }
  }
}
