/** Sends a Client ID and a Client Secret to ROLLER through Nango, which creates a connection, and finds the cause of a failure. */
import { RollerError } from '../errors.ts'
import type { NangoClient, NangoErrorResponse } from './client.ts'
import { failureOf, noToken } from './no-token.ts'
import { ENVIRONMENT_NAMES, wrongEnvironment, type OtherEnvironment } from './other-environment.ts'
import type { Credentials, TokenEndpoint } from './token-endpoint.ts'
import { readTokenFailure, type TokenFailure } from './token-error.ts'
import type { RollerEnvironment } from './venue.ts'
import { isRecord } from '../util/is-record.ts'

export interface EnterCredentialsOptions {
  readonly nango: NangoClient
  readonly environment: RollerEnvironment
  readonly otherEnvironment: OtherEnvironment
  /** ROLLER's token endpoint of this environment, called if Nango's response does not contain ROLLER's. */
  readonly tokenEndpoint: TokenEndpoint
}

/**
 * @returns the id of the connection
 * @throws RollerError ROLLER_ERR_CREDENTIALS_INVALID if ROLLER rejects the credentials, ROLLER_ERR_ENVIRONMENT if the other environment
 *   accepts them, ROLLER_ERR_TOKEN_UNAVAILABLE if ROLLER is unavailable
 */
export async function enterCredentials (options: EnterCredentialsOptions, sessionToken: string, credentials: Credentials): Promise<string> {
  const { nango } = options
  const query = new URLSearchParams({ connect_session_token: sessionToken })
  const url = `${nango.host}/oauth2/auth/${nango.encodedIntegrationId}?${query.toString()}`
  const seen: { errorResponse?: NangoErrorResponse } = {}
  try {
    const body = { client_id: credentials.clientId, client_secret: credentials.clientSecret }
    const { data } = await nango.call((sdk) => sdk.http.post<unknown>(url, body), (errorResponse) => {
      if (errorResponse.code === 'client_credentials_fetch_error') seen.errorResponse = errorResponse
      return undefined
    })
    return isRecord(data) && typeof data.connectionId === 'string' ? data.connectionId : ''
  } catch (error) {
    throw seen.errorResponse === undefined ? error : await explain(options, seen.errorResponse, credentials)
  }
}

async function explain (
  { environment, otherEnvironment, tokenEndpoint }: EnterCredentialsOptions,
  { status, code, payload }: NangoErrorResponse,
  credentials: Credentials
): Promise<RollerError> {
  const upstream = { status, body: { error: { code } } }
  const { failure, retryAfter } = await findFailure(readTokenFailure(payload), tokenEndpoint, credentials)
  if (failure !== 'rejected') return noToken(failure, { upstream, retryAfter })
  const errors = [{ pointer: '/body/clientSecret', detail: 'is not accepted by ROLLER with this Client ID' }]
  // A common mistake that ROLLER's error does not show: credentials of the other environment.
  if (await otherEnvironment.accepts(credentials.clientId, credentials.clientSecret)) {
    return wrongEnvironment(environment, { errors, upstream })
  }
  return new RollerError('ROLLER_ERR_CREDENTIALS_INVALID', {
    detail: 'ROLLER issued no token for this Client ID and Client Secret.',
    hint: `Check the Client ID and the Client Secret, and that they belong to the ${ENVIRONMENT_NAMES[environment]} environment. ` +
      'Each venue has its own credentials.',
    layer: 'roller',
    errors,
    upstream
  })
}

async function findFailure (
  failure: TokenFailure, tokenEndpoint: TokenEndpoint, credentials: Credentials
): Promise<{ failure: TokenFailure | 'accepted', retryAfter?: number | undefined }> {
  if (failure !== 'unclear') return { failure }
  const response = await tokenEndpoint.requestToken(credentials)
  return { failure: failureOf(response), retryAfter: response?.retryAfter }
}
