/** Errors for a token that Nango did not get from ROLLER. They blame the credentials only if ROLLER rejected them. */
import { RollerError, type RollerErrorOptions } from '../errors.ts'
import type { TokenResponse } from './token-endpoint.ts'
import type { TokenFailure } from './token-error.ts'

/** Seconds. Nango does not retry within 30 s after a failed refresh, and an overloaded token endpoint needs a pause. */
const RETRY_AFTER = 30

/** The direct response of ROLLER's token endpoint decides what Nango's response left open. */
export function failureOf (response: TokenResponse | null): Exclude<TokenFailure, 'blocked'> | 'accepted' {
  if (response === null) return 'unclear'
  const { status } = response
  if (status < 300) return 'accepted'
  return status === 400 || status === 401 || status === 403 ? 'rejected' : 'unavailable'
}

const DETAILS: Readonly<Record<Exclude<TokenFailure, 'rejected' | 'blocked'> | 'accepted', string>> = {
  unavailable: 'ROLLER\'s token endpoint returned an error to Nango.',
  unreachable: 'ROLLER\'s token endpoint is not reachable from Nango.',
  unclear: 'Nango received no token from ROLLER. Its response does not show whether ROLLER rejected the credentials or failed.',
  accepted: 'Nango received no token, but ROLLER issues one for these credentials.'
}

const UNCLEAR_HINT = 'Send the request again after Retry-After seconds. If the error persists for an hour, check in Venue Manager ' +
  'that the API key still exists.'

const LAYERS = { unavailable: 'roller', unreachable: 'network', unclear: 'roller', accepted: 'nango' } as const

/** The error for every failure except rejected credentials. */
export function noToken (
  failure: Exclude<TokenFailure, 'rejected'> | 'accepted',
  { retryAfter = RETRY_AFTER, ...more }: Pick<RollerErrorOptions, 'upstream' | 'retryAfter'> = {}
): RollerError {
  if (failure === 'blocked') {
    return new RollerError('ROLLER_ERR_NANGO_REJECTED', {
      ...more,
      detail: 'Nango\'s policy for outgoing requests blocks the address of ROLLER\'s token endpoint.',
      hint: 'The operator must allow ROLLER\'s host in NANGO_OUTBOUND_URL_POLICY and NANGO_OUTBOUND_URL_POLICY_OAUTH of the ' +
        'self-hosted Nango. The Client ID and the Client Secret were not tested.'
    })
  }
  return new RollerError('ROLLER_ERR_TOKEN_UNAVAILABLE', {
    ...more, detail: DETAILS[failure], layer: LAYERS[failure], retryAfter, hint: failure === 'unclear' ? UNCLEAR_HINT : undefined
  })
}

/** Nango's messages for a refresh that failed before the request to ROLLER: its lock (Redis) or its database. */
const NANGO_FAILURE = /^The external API returned an error|lock|redis|timed? ?out|ECONN/i
/** The start of its message for a token endpoint that returned no token. The rest may contain anything and is ignored. */
const TOKEN_ENDPOINT = 'Failed to fetch client credentials token'

/** Whether a refresh failed in Nango itself, according to its message. The message is not passed on. */
export function isNangoFailure (message: string): boolean {
  return !message.startsWith(TOKEN_ENDPOINT) && NANGO_FAILURE.test(message.slice(0, 200))
}

export function nangoFailure (upstream: RollerErrorOptions['upstream']): RollerError {
  return new RollerError('ROLLER_ERR_TOKEN_UNAVAILABLE', {
    detail: 'Nango failed to renew the token before it contacted ROLLER.',
    hint: 'Send the request again after Retry-After seconds. If the error persists, the operator must check Nango\'s log, its Redis ' +
      'and its Postgres. Do not change the credentials.',
    layer: 'nango',
    retryAfter: RETRY_AFTER,
    upstream
  })
}
