/** What lies behind each code, for the page of errors: more than fits into an answer. */
import type { ErrorCode } from '#plugin/errors.js'

export const errorCauses: Readonly<Record<ErrorCode, string>> = {
  ROLLER_ERR_VALIDATION: 'A parameter, a header or the body does not fit ROLLER\'s contract, or that of one of the gateway\'s own ' +
    'routes; `errors[]` points at each fault. When ROLLER takes what the catalog does not know yet, send `Roller-Validation: false`.',
  ROLLER_ERR_PATH: 'The path or query could lead out of ROLLER\'s API: dot segments, double slashes, backslashes or control characters, ' +
    'in any encoding. Clients that join paths by hand make them by mistake.',
  ROLLER_ERR_BODY_TOO_LARGE: 'The body is longer than `bodyLimit` (typed routes) or `streamLimit` (paths outside the catalog) allows.',
  ROLLER_ERR_MEDIA_TYPE: 'The route takes JSON, and the header `Content-Type` says something else, or nothing.',
  ROLLER_ERR_NOT_FOUND: 'The path is none of the gateway\'s. The usual cause is a ROLLER path without `/roller` in front, or without the ' +
    'plugin\'s prefix. ROLLER\'s own 404 has no code: it passes through as it is.',
  ROLLER_ERR_CONNECTION_REQUIRED: 'Neither `Connection-Id` nor `Roller-Venue` was sent, or the option `connection` chose nothing.',
  ROLLER_ERR_CONNECTION_AMBIGUOUS: 'Both `Connection-Id` and `Roller-Venue` were sent, and they may name two venues.',
  ROLLER_ERR_CONNECTION_UNKNOWN: 'Nango knows no such connection, no connection is of that venue, or it belongs to somebody else: a ' +
    'stranger\'s connection looks like none at all.',
  ROLLER_ERR_CONNECTION_FORBIDDEN: 'The option `authorize` said no for this connection.',
  ROLLER_ERR_VENUE_CHANGED: 'Somebody entered the keys of another venue for this connection, and calls would read or write the wrong ' +
    'venue.',
  ROLLER_ERR_VENUE_UNVERIFIED: 'Credentials were entered, and ROLLER or Nango could not be asked yet which venue they are of. Until they ' +
    'answer, no call of the connection is sent. `detail` names what is waited for.',
  ROLLER_ERR_ENVIRONMENT: 'The connection holds keys of Playground and the gateway is set to Live, or the other way round.',
  ROLLER_ERR_OPERATION_FORBIDDEN: '`POST /token`, a write on a gateway that is read-only, an operation that `operations` closes, or a ' +
    'path outside the catalog while something is closed.',
  ROLLER_ERR_UNAUTHORIZED: 'No key or token, one that the gateway does not know, or one that has expired; without keys, a program on ' +
    'another machine or a page of another site. In the plugin, `identify` knows nobody.',
  ROLLER_ERR_SCOPE: 'The caller is known and its rights do not cover the route. `detail` names the right that is missing.',
  ROLLER_ERR_AUTH_UNAVAILABLE: 'The issuer\'s keys (`JWT_JWKS_URL`) cannot be fetched, and none that are known fit the token.',
  ROLLER_ERR_CALLER_RATE_LIMITED: '`RATE_LIMIT` is set, and this caller has sent more in a minute.',
  ROLLER_ERR_OVERLOADED: 'The event loop of the process has run more than a second late for a second or longer.',
  ROLLER_ERR_CLOSING: 'A signal has come, and the call still stood in the line for its budget.',
  ROLLER_ERR_HTTP: 'The request broke off, took too long to arrive, or is not HTTP/1.1.',
  ROLLER_ERR_HEADERS: 'No `Host` header or two, an `Expect` that is not known (417), or headers beyond 16 KB (431).',
  ROLLER_ERR_LINK_ENDED: 'The ticket in a link to the connect page has ended, or another gateway made it.',
  ROLLER_ERR_NOT_SUBSCRIBED: 'In process only: `bulkExport` of a connection whose webhook for bulk exports is missing or disabled, so ' +
    'that the links to the files would never arrive. Nothing was ordered.',
  ROLLER_ERR_CREDENTIALS_REJECTED: 'ROLLER said 401 with a token that had just been renewed, or gives no new token: the API key was ' +
    'deleted, replaced or mistyped. Never answered as 401, which would blame the caller\'s own key.',
  ROLLER_ERR_TOKEN_UNAVAILABLE: 'ROLLER\'s token endpoint answered 429 or 5xx, could not be reached by Nango, or Nango could not renew ' +
    'the token for a reason of its own (its Redis or its Postgres is away). `detail` says which, as far as it is known.',
  ROLLER_ERR_CREDENTIALS_INVALID: '`POST /connections` was given a Client ID and a Client Secret for which ROLLER gives no token: one of ' +
    'them is mistyped, they are of two API keys, or of the other environment. No connection was made.',
  ROLLER_ERR_ACCESS_DENIED: 'ROLLER said 403. The usual cause is an add-on that the venue does not have, or a permission that its API ' +
    'key lacks.',
  ROLLER_ERR_REFUSED: 'In process only: ROLLER answered 4xx or 5xx. `upstream.status` and `upstream.body` are its own.',
  ROLLER_ERR_INVALID_RESPONSE: 'A page of a report was no JSON, had another shape than the report\'s, or came twice.',
  ROLLER_ERR_TOKEN_RENEWED: 'ROLLER had revoked the token of a call whose body was streamed. The token is new now, and the body is gone.',
  ROLLER_ERR_RATE_LIMITED: 'More calls than ROLLER takes: 600 a minute, 120 for reports, one bulk export of a type in 6 hours, less the ' +
    'margin; and the wait would have been longer than `Roller-Max-Wait`. With Redis away and `refuse`, every call.',
  ROLLER_ERR_COOLING_OFF: 'ROLLER answered 429: another program uses the same API key. Until the silence is over no call leaves, because ' +
    'each would lengthen it.',
  ROLLER_ERR_NANGO_LIMIT: 'All venues together have used up what Nango\'s plan allows in a minute. The transport `direct` needs far less ' +
    'of it.',
  ROLLER_ERR_NANGO_REJECTED: 'The key is not one of Nango\'s, is of another environment, or lacks a scope; or there is no integration of ' +
    'that name. `roller-sidecar check` says which.',
  ROLLER_ERR_UNREACHABLE: 'The connection failed or broke, or what answered was not Nango. `detail` says when a call may have been done ' +
    'all the same: look before you send it again.',
  ROLLER_ERR_TIMEOUT: 'No connection, no head or no further byte in the time that `timeouts` gives. `detail` says when the call may have ' +
    'been done all the same.',
  ROLLER_ERR_NOT_CONFIGURED: 'Webhooks were asked for, and the gateway does not know its own public address or has no secret to make ' +
    'keys from.',
  ROLLER_ERR_EVENT_NOT_HANDLED: 'A handler threw or was too slow, or `WEBHOOK_TARGET_URL` did not answer 2xx. ROLLER and Nango see it, ' +
    'not your callers; ROLLER sends the event again.',
  ROLLER_ERR_INTERNAL: 'A fault of this software. The log has it under the request id in `instance`.'
}
