/** The two ways to Nango, and the one question to this gateway. */

const TOO_LONG = 60_000 // Nango itself gives ROLLER's answer all the time in the world
const READY_WITHIN = 10_000

const authorized = (token) => ({ authorization: 'Bearer ' + token })

/**
 * Whether the link is still good, read before anything is typed, and whether it is for an existing connection: it may be, unless Nango
 * denies it. A failed request is no reason to stop.
 */
export async function readSession ({ apiUrl }, token) {
  const answer = await fetch(apiUrl + '/connect/session', { headers: authorized(token), cache: 'no-store' }).catch(() => null)
  const body = answer?.status === 200 ? await answer.json().catch(() => null) : null
  return { expired: answer?.status === 401, reconnecting: body === null || body.data?.isReconnecting === true }
}

/**
 * The form of this page: the pair goes to Nango, which shows it to ROLLER. Not by the SDK, whose errors lack the payload that says why.
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
  const answer = await fetch(url, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(credentials), credentials: 'omit'
  }).catch(() => { throw fault('network') })
  // What is no JSON is some page in between.
  const body = await answer.json().catch(() => { throw fault('no_json') })
  if (answer.ok && typeof body?.connectionId === 'string') return body.connectionId
  throw fault(typeof body?.error?.code === 'string' ? body.error.code : 'no_json', body?.error?.payload)
}

const fault = (type, payload) => Object.assign(new Error(), { type, payload })

/**
 * Nango's Connect UI in a frame, by the messages of Nango's own client: the frame is ready, gets the token of the session, and reports.
 * @returns what closes the frame
 */
export function openConnectUi ({ apiUrl, connectUrl }, token, { language, title, onConnect, onClose, onSilence }) {
  const url = new URL(connectUrl)
  if (!url.pathname.endsWith('/')) url.pathname += '/' // its own files are relative
  url.search = new URLSearchParams({ apiURL: apiUrl, lang: language, theme: 'system' })
  const frame = Object.assign(document.createElement('iframe'), { src: url.href, id: 'nango-connect-ui', title, allow: 'clipboard-write' })
  const close = () => {
    clearTimeout(silence)
    window.removeEventListener('message', listen)
    frame.remove()
  }
  const listen = ({ origin, source, data }) => {
    if (origin !== url.origin || source !== frame.contentWindow) return
    if (data?.type === 'ready') {
      clearTimeout(silence)
      source.postMessage({ type: 'session_token', sessionToken: token }, url.origin)
    }
    if (data?.type === 'connect') onConnect(data.payload.connectionId)
    if (data?.type === 'close') { close(); onClose() }
  }
  const silence = setTimeout(() => { close(); onSilence() }, READY_WITHIN)
  window.addEventListener('message', listen)
  document.body.append(frame)
  return { close }
}

/** Good for nothing more: a session could otherwise make further connections until it ends by itself. */
export function endSession ({ apiUrl }, token) {
  fetch(apiUrl + '/connect/session', { method: 'DELETE', headers: authorized(token) }).catch(() => {})
}

/** @returns what the link has connected; null where it has connected nothing, or that cannot be found out */
export async function readUsed (config, ticket) {
  if (ticket === '') return null
  const { result, told } = await readResult(config, ticket, undefined)
  return told && result.status !== 'unused' ? result : null
}

/** @returns the venue, or why there is none */
export async function readResult ({ resultPath }, ticket, connectionId) {
  const answer = await fetch(resultPath, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ticket, connectionId }), credentials: 'omit'
  }).catch(() => null)
  const body = await answer?.json().catch(() => null)
  if (answer?.status === 200 && typeof body?.status === 'string') return { result: body, refused: false, told: true }
  return { result: { status: 'connected', venue: null }, told: false, refused: body?.code === 'ROLLER_ERR_ACCESS_DENIED' }
}
