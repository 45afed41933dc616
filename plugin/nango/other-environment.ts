/**
 * ROLLER's two environments have keys of their own, and a key of the one is just a wrong key to the other: a mistake that nothing in the
 * answer gives away. So a pair that was refused is shown to the other environment, and only there; what is kept of it is a yes or a no.
 */
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { RollerError, type RollerErrorOptions } from '../errors.ts'
import type { NangoClient } from './client.ts'
import { readCredentials, TokenEndpoint, type TokenEndpointOptions } from './token-endpoint.ts'
import type { RollerEnvironment } from './venue.ts'

/** ROLLER suspends credentials with which tokens are asked for carelessly: a pair is shown once in so long. Milliseconds. */
const ASK_AGAIN_AFTER = 60_000

export class OtherEnvironment {
  readonly #tokens: TokenEndpoint
  readonly #asked = new LRUCache<string, Promise<boolean>>({ max: 1_000, ttl: ASK_AGAIN_AFTER })

  /** @param options of the other environment */
  constructor (options: TokenEndpointOptions) {
    this.#tokens = new TokenEndpoint(options)
  }

  /** True when the other environment gives a token for the pair. No trouble on the way is told: there is another error to tell. */
  async takes (clientId: string, clientSecret: string): Promise<boolean> {
    const key = createHash('sha256').update(JSON.stringify([clientId, clientSecret])).digest('base64')
    const asking = this.#asked.get(key) ?? this.#tokens.requestToken({ clientId, clientSecret }).then((answer) => answer?.status === 200)
    this.#asked.set(key, asking)
    return await asking
  }

  /**
   * The same for the pair of a connection, where the key may read it and Nango gives it. It is read now and shown later, if ever: once
   * ROLLER has refused it, Nango gives it no more for a while.
   */
  async pairOf (nango: NangoClient, connectionId: string): Promise<() => Promise<boolean>> {
    const pair = await readCredentials(nango, connectionId)
    return async () => pair !== null && await this.takes(pair.clientId, pair.clientSecret)
  }
}

export const ENVIRONMENT_NAMES: Readonly<Record<RollerEnvironment, string>> = { live: 'Live', playground: 'Playground' }

/** What it means that the other environment takes a pair which this one refuses. */
export function wrongEnvironment (environment: RollerEnvironment, more: RollerErrorOptions = {}): RollerError {
  const own = ENVIRONMENT_NAMES[environment]
  const other = ENVIRONMENT_NAMES[environment === 'live' ? 'playground' : 'live']
  return new RollerError('ROLLER_ERR_ENVIRONMENT', {
    ...more,
    layer: 'roller',
    detail: `These are keys of ROLLER's ${other}, and this gateway is set to ${own}.`,
    hint: `Make an API key in the ${own} Venue Manager and use its Client ID and Client Secret, or use a gateway that is set to ${other}.`
  })
}
