/** The cause of each error, for the errors page: more detail than fits into a response. */
import type { ErrorCode } from '#plugin/errors.js'

export const errorCauses: Readonly<Record<ErrorCode, string>> = {
  ROLLER_ERR_VALIDATION: 'A parameter, a header or the body does not match the schema of the operation or of the gateway\'s route; ' +
    '`errors[]` has a pointer to each fault. If ROLLER accepts a value that the catalog lacks, send `Roller-Validation: false`.',
  ROLLER_ERR_PATH: 'The path or query could leave ROLLER\'s API: it contains dot segments, double slashes, backslashes or control ' +
    'characters, in some encoding, or is too long. The usual cause is a client that joins paths by hand.',
  ROLLER_ERR_BODY_TOO_LARGE: 'The body is longer than `bodyLimit` (typed routes) or `STREAM_LIMIT` (paths outside the catalog) ' +
    'allows.',
  ROLLER_ERR_MEDIA_TYPE: 'The route accepts JSON, and the header `Content-Type` is missing or names another media type.',
  ROLLER_ERR_NOT_FOUND: 'The gateway has no such path. The usual cause is a ROLLER path without `/roller` or without the plugin\'s ' +
    'prefix in front. A 404 of ROLLER passes through without a code.',
  ROLLER_ERR_CONNECTION_REQUIRED: 'Neither `Connection-Id` nor `Roller-Venue` was sent, and the option `connection` is not set or ' +
    'returned nothing.',
  ROLLER_ERR_CONNECTION_AMBIGUOUS: 'Both `Connection-Id` and `Roller-Venue` were sent, and they may name two venues.',
  ROLLER_ERR_CONNECTION_UNKNOWN: 'Nango has no such connection, no connection belongs to the venue, or the connection belongs to ' +
    'another tenant, which looks the same.',
  ROLLER_ERR_CONNECTION_FORBIDDEN: 'The option `authorize` returned false for this connection.',
  ROLLER_ERR_VENUE_CHANGED: 'Credentials of another venue were entered for this connection, so that calls would read or write the ' +
    'wrong venue.',
  ROLLER_ERR_VENUE_UNVERIFIED: 'Credentials were entered, and neither ROLLER nor Nango has confirmed their venue yet. Until then ' +
    'no call of the connection is sent, and a change of its tags waits for at most 5 s. `detail` names the pending step.',
  ROLLER_ERR_ENVIRONMENT: 'The connection has credentials of Playground and the gateway is set to Live, or the reverse.',
  ROLLER_ERR_OPERATION_FORBIDDEN: 'The call is `POST /token`, a write on a read-only gateway, an operation that `operations` ' +
    'closes, or a path outside the catalog while an operation is closed.',
  ROLLER_ERR_UNAUTHORIZED: 'The key or token is missing, unknown or expired. Without keys, the caller is a program on another ' +
    'machine or a page of another site. In the plugin, `identify` returned null.',
  ROLLER_ERR_SCOPE: 'The caller is authenticated, and its scopes do not include the one that the route requires. `detail` names ' +
    'it.',
  ROLLER_ERR_NOT_CONFIRMED: 'Over MCP: the client cannot ask a person, the person declined, or the confirmation is of other arguments, ' +
    'used, older than five minutes, or from before Redis lost its data.',
  ROLLER_ERR_AUTH_UNAVAILABLE: 'The issuer\'s keys (`JWT_JWKS_URL`) cannot be fetched within 5 s, or are no key set of at most ' +
    '512 KiB, and no cached key matches the token. The log entry has the reason.',
  ROLLER_ERR_CALLER_RATE_LIMITED: '`RATE_LIMIT` is set, and this caller has sent more requests in a minute.',
  ROLLER_ERR_OVERLOADED: 'The event loop of the process has been delayed by more than a second for a second or longer.',
  ROLLER_ERR_CLOSING: 'The process has received a signal while the call was waiting for its rate limit.',
  ROLLER_ERR_HTTP: 'The request was cut off, took too long to arrive (408), or is not HTTP/1.1. An export over HTTP/1.0 gets 505.',
  ROLLER_ERR_HEADERS: 'The request has no `Host` header or several, an unknown `Expect` (417), more than 16 KB ' +
    'of headers, or more than 200 (431).',
  ROLLER_ERR_LINK_ENDED: 'The ticket in a link to the connect page has expired, or was created by another gateway.',
  ROLLER_ERR_NOT_SUBSCRIBED: 'In process only: `bulkExport` was called for a connection without an enabled webhook for bulk ' +
    'exports, so the links to the files would never arrive. No export was ordered.',
  ROLLER_ERR_CREDENTIALS_REJECTED: 'ROLLER returned 401 to a token that had just been renewed, or issues no new token: the API key ' +
    'was deleted, replaced or mistyped. The status is not 401, which would refer to the caller\'s own key.',
  ROLLER_ERR_TOKEN_UNAVAILABLE: 'ROLLER\'s token endpoint returned 429 or 5xx, was not reachable from Nango, or Nango failed to ' +
    'renew the token because its Redis or Postgres is down. `detail` has the cause, as far as it is known.',
  ROLLER_ERR_CREDENTIALS_INVALID: '`POST /connections` received a Client ID and a Client Secret for which ROLLER issues no token: ' +
    'one is mistyped, they belong to two API keys, or to the other environment. No connection was created.',
  ROLLER_ERR_ACCESS_DENIED: 'ROLLER returned 403. The usual cause is a missing add-on of the venue, or a missing permission of its ' +
    'API key.',
  ROLLER_ERR_REFUSED: 'In process only: ROLLER answered with 4xx or 5xx. `upstream.status` and `upstream.body` are its own.',
  ROLLER_ERR_INVALID_RESPONSE: 'A page of a report was not JSON, did not have the shape of the report, or was sent twice.',
  ROLLER_ERR_TOKEN_RENEWED: 'ROLLER had revoked the token of a call with a streamed body. The token has been renewed, and the body ' +
    'is gone.',
  ROLLER_ERR_RATE_LIMITED: 'The calls exceed ROLLER\'s limits (600 a minute, 120 for reports, one bulk export of a type in 6 ' +
    'hours, less a margin), and the wait would exceed `Roller-Max-Wait`. With Redis down and `reject`, every call.',
  ROLLER_ERR_COOLING_OFF: 'ROLLER returned 429, because another program uses the same API key. Until the cooling-off period ends ' +
    'no call is sent, because each would extend it.',
  ROLLER_ERR_NANGO_LIMIT: 'All venues together have used up the calls a minute that the Nango plan allows. The transport `direct` ' +
    'needs far fewer.',
  ROLLER_ERR_NANGO_REJECTED: 'The key is unknown to Nango, belongs to another environment or lacks a scope, or the integration ' +
    'does not exist. `roller-sidecar check` shows which.',
  ROLLER_ERR_UNREACHABLE: 'The connection failed or broke, or the server at Nango\'s address is not Nango. If the call may have ' +
    'been executed, `detail` states it: check before you send it again.',
  ROLLER_ERR_TIMEOUT: 'No connection, no response head or no further chunk arrived within `timeouts`. If the call may have been ' +
    'executed, `detail` states it.',
  ROLLER_ERR_REDIS_UNAVAILABLE: 'Redis is down or slower than 500 ms, and only Redis has the answer: the usage of all replicas, the ' +
    'inbox of bulk exports, or whether a confirmation of an agent\'s call was used. Other calls do not need it.',
  ROLLER_ERR_NOT_CONFIGURED: 'A webhook route was called, and the gateway lacks its public address, the secret to derive keys from, or ' +
    'Nango\'s webhook signing key. `detail` names it.',
  ROLLER_ERR_EVENT_NOT_HANDLED: 'A handler threw or timed out, `WEBHOOK_TARGET_URL` did not answer with 2xx, or another replica was ' +
    'delivering the same event. ROLLER and Nango receive this error, not your callers, and send the event again.',
  ROLLER_ERR_INTERNAL: 'The gateway has a bug, or in an app `identify`, `authorize` or `connection` returned an invalid value. The ' +
    'log has the error under the request id in `instance`.'
}
