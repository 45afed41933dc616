/** The two kinds of requests to Nango, and the one request to this gateway. */

const TOO_LONG = 60_000 // Nango itself waits for ROLLER's response without a limit
const READY_WITHIN = 10_000

const authorized = (token) => ({ authorization: 'Bearer ' + token })

/**
 * Reads before any input Nango's error code for the link, and whether it is for an existing connection: assumed unless Nango denies it. A
 * failed request does not stop the page.
 */
export async function readSession ({ apiUrl }, token) {
  const response = await fetch(apiUrl + '/connect/session', { headers: authorized(token), cache: 'no-store' }).catch(() => null)
  const body = await response?.json().catch(() => null)
  return { code: body?.error?.code, reconnecting: response?.status !== 200 || body?.data?.isReconnecting === true }
}

/**
 * Sends the credentials from this page's form to Nango, which tries them at ROLLER. Not with the SDK, whose errors lack the payload with
 * the cause.
 * @returns the connection's id
 * @throws with a type: Nango's own code, network, or late; and with Nango's payload
 */
export async function connect ({ apiUrl, integrationId }, token, clientId, clientSecret) {
  let timer
  const late = new Promise((resolve, reject) => { timer = setTimeout(() => reject(fault('late')), TOO_LONG) })
  const url = apiUrl + '/oauth2/auth/' + encodeURIComponent(integrationId) + '?' + new URLSearchParams({ connect_session_token: token })
  try {
    return await Promise.race([send(url, { client_id: clientId, client_secret: clientSecret }), late])
  } finally {
    clearTimeout(timer)
  }
}

async function send (url, credentials) {
  const response = await fetch(url, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(credentials), credentials: 'omit'
  }).catch(() => { throw fault('network') })
  // Anything but JSON comes from a proxy in between.
  const body = await response.json().catch(() => { throw fault('no_json') })
  if (response.ok && typeof body?.connectionId === 'string') return body.connectionId
  throw fault(typeof body?.error?.code === 'string' ? body.error.code : 'no_json', body?.error?.payload)
}

const fault = (type, payload) => Object.assign(new Error(), { type, payload })

/**
 * Nango's Connect UI in a frame, by the messages of Nango's own client: the frame is ready, gets the token of the session, and reports.
 * @returns what closes the frame
 */
export function openConnectUi ({ apiUrl, connectUrl }, token, { language, title, onConnect, onClose, onTimeout }) {
  const url = new URL(connectUrl)
  if (!url.pathname.endsWith('/')) url.pathname += '/' // its own files are relative
  url.search = new URLSearchParams({ apiURL: apiUrl, lang: language, theme: 'system' })
  const frame = Object.assign(document.createElement('iframe'), { src: url.href, id: 'nango-connect-ui', title, allow: 'clipboard-write' })
  const close = () => {
    clearTimeout(timeout)
    window.removeEventListener('message', listen)
    frame.remove()
  }
  const listen = ({ origin, source, data }) => {
    if (origin !== url.origin || source !== frame.contentWindow) return
    if (data?.type === 'ready') {
      clearTimeout(timeout)
      source.postMessage({ type: 'session_token', sessionToken: token }, url.origin)
    }
    if (data?.type === 'connect') onConnect(data.payload.connectionId)
    if (data?.type === 'close') { close(); onClose() }
  }
  const timeout = setTimeout(() => { close(); onTimeout() }, READY_WITHIN)
  window.addEventListener('message', listen)
  document.body.append(frame)
  return { close }
}

/** Ends the session, which could otherwise create more connections until it expires after 30 minutes. */
export function endSession ({ apiUrl }, token) {
  fetch(apiUrl + '/connect/session', { method: 'DELETE', headers: authorized(token) }).catch(() => {})
}

/** @returns what the link has connected; null if nothing, or if the request failed */
export async function readUsed (config, ticket) {
  if (ticket === '') return null
  const { result, isKnown } = await readResult(config, ticket, undefined)
  return isKnown && result.status !== 'unused' ? result : null
}

/** @returns the venue, or why there is none */
export async function readResult ({ resultPath }, ticket, connectionId) {
  const response = await fetch(resultPath, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ticket, connectionId }), credentials: 'omit'
  }).catch(() => null)
  const body = await response?.json().catch(() => null)
  if (response?.status === 200 && typeof body?.status === 'string') return { result: body, denied: false, isKnown: true }
  return { result: { status: 'connected', venue: null }, isKnown: false, denied: body?.code === 'ROLLER_ERR_ACCESS_DENIED' }
}
