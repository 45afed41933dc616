/**
 * ROLLER's two environments have separate credentials, and each rejects those of the other like any wrong ones. So rejected credentials are
 * tried at the other environment; only the boolean result is kept.
 */
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { RollerError, type RollerErrorOptions } from '../errors.ts'
import type { NangoClient } from './client.ts'
import { readCredentials, TokenEndpoint, type TokenEndpointOptions } from './token-endpoint.ts'
import type { RollerEnvironment } from './venue.ts'

/** Milliseconds before the same credentials are tried again: ROLLER suspends credentials after too many token requests. */
const RETRY_AFTER = 60_000

export class OtherEnvironment {
  readonly #tokens: TokenEndpoint
  readonly #results = new LRUCache<string, Promise<boolean>>({ max: 1_000, ttl: RETRY_AFTER })

  /** @param options of the other environment */
  constructor (options: TokenEndpointOptions) {
    this.#tokens = new TokenEndpoint(options)
  }

  /** True if the other environment issues a token. Its errors are ignored, because the original error is reported. */
  async accepts (clientId: string, clientSecret: string): Promise<boolean> {
    const key = createHash('sha256').update(JSON.stringify([clientId, clientSecret])).digest('base64')
    const result = this.#results.get(key) ?? this.#tokens.requestToken({ clientId, clientSecret }).then((given) => given?.status === 200)
    this.#results.set(key, result)
    return await result
  }

  /**
   * Same for the credentials of a connection, if the key may read them. They are read before the refresh: after a rejection Nango does not
   * return them for a while.
   */
  async credentialsOf (nango: NangoClient, connectionId: string): Promise<() => Promise<boolean>> {
    const credentials = await readCredentials(nango, connectionId)
    return async () => credentials !== null && await this.accepts(credentials.clientId, credentials.clientSecret)
  }
}

export const ENVIRONMENT_NAMES: Readonly<Record<RollerEnvironment, string>> = { live: 'Live', playground: 'Playground' }

/** The error for credentials that the other environment accepts. */
export function wrongEnvironment (environment: RollerEnvironment, more: RollerErrorOptions = {}): RollerError {
  const own = ENVIRONMENT_NAMES[environment]
  const other = ENVIRONMENT_NAMES[environment === 'live' ? 'playground' : 'live']
  return new RollerError('ROLLER_ERR_ENVIRONMENT', {
    ...more,
    layer: 'roller',
    detail: `These credentials belong to ROLLER's ${other}, but this gateway is set to ${own}.`,
    hint: `Create an API key in the ${own} Venue Manager and use its Client ID and Client Secret, or use a gateway that is set to ${other}.`
  })
}
