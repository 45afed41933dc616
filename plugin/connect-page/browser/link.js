/** Parses the link. */
const TOKEN = /^nango_connect_session_[0-9a-f]{64}$/
const LIFE = 30 * 60_000 // lifetime of Nango's sessions; used if the link contains no expiry

/**
 * Reads the fragment and removes it at once from the address bar and the history, because bystanders could read the token.
 * @param now the gateway's clock: this device's may be wrong, and must not reject a link that Nango still accepts
 */
export function readLink (now) {
  const given = new URLSearchParams(location.hash.slice(1))
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search)
  const token = given.get('token') ?? ''
  const expires = Number(given.get('expires')) * 1000
  return {
    token: TOKEN.test(token) ? token : null,
    ticket: given.get('ticket') ?? '',
    clientId: (given.get('client_id') ?? '').slice(0, 255),
    expiresAt: Date.now() + (Number.isFinite(expires) && expires > 0 ? Math.min(expires - now, LIFE) : LIFE),
    language: given.get('lang') ?? new URLSearchParams(location.search).get('lang')
  }
}
