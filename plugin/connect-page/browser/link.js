/** What the link says. */
const TOKEN = /^nango_connect_session_[0-9a-f]{64}$/
const LIFE = 30 * 60_000 // Nango's sessions; used where the link does not say its end

/** Reads the fragment and removes it from the address bar and the history at once: the token must not be seen over a shoulder. */
export function takeLink () {
  const given = new URLSearchParams(location.hash.slice(1))
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search)
  const token = given.get('token') ?? ''
  const expires = Number(given.get('expires')) * 1000
  return {
    token: TOKEN.test(token) ? token : null,
    ticket: given.get('ticket') ?? '',
    clientId: (given.get('client_id') ?? '').slice(0, 255),
    // A clock that is wrong must not end a link that Nango still takes: no link lives longer than this from now.
    expiresAt: Number.isFinite(expires) && expires > 0 ? Math.min(expires, Date.now() + LIFE) : Date.now() + LIFE,
    language: given.get('lang') ?? new URLSearchParams(location.search).get('lang')
  }
}
