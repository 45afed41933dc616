/** Browser module: the two ways to Nango, and the one question to this gateway. */
export const NANGO_SCRIPT = String.raw`import Nango from './index.js'

const TOO_LONG = 60_000 // Nango itself gives ROLLER's answer all the time in the world
const READY_WITHIN = 10_000

const authorized = (token) => ({ authorization: 'Bearer ' + token })

/** Whether the link is still good, found out before anybody types. A question that cannot be asked is no reason to stop. */
export async function isExpired ({ apiUrl }, token) {
  const answer = await fetch(apiUrl + '/connect/session', { headers: authorized(token), cache: 'no-store' }).catch(() => null)
  return answer?.status === 401
}

/**
 * The form of this page: the SDK sends the pair to Nango, which shows it to ROLLER.
 * @returns the connection's id
 * @throws with a type: Nango's own code, network, or late
 */
export async function connect ({ apiUrl, integrationId }, token, clientId, clientSecret) {
  const nango = new Nango({ host: apiUrl, connectSessionToken: token })
  let timer
  const late = new Promise((resolve, reject) => { timer = setTimeout(() => reject(Object.assign(new Error(), { type: 'late' })), TOO_LONG) })
  try {
    const made = await Promise.race([nango.auth(encodeURIComponent(integrationId), { credentials: { client_id: clientId, client_secret: clientSecret } }), late])
    return made.connectionId
  } catch (error) {
    // fetch throws TypeError when nobody answers; an answer that is no JSON is some page in between.
    if (typeof error.type === 'string') throw error
    throw Object.assign(new Error(), { type: error instanceof TypeError ? 'network' : 'no_json' })
  } finally {
    clearTimeout(timer)
  }
}

/** Nango's own form in a frame. */
export function openConnectUi ({ apiUrl, connectUrl }, token, { language, title, onConnect, onClose, onSilence }) {
  const nango = new Nango({ host: apiUrl })
  const silence = setTimeout(() => { ui.close(); onSilence() }, READY_WITHIN)
  const ui = nango.openConnectUI({
    sessionToken: token,
    baseURL: connectUrl,
    apiURL: apiUrl,
    lang: language,
    themeOverride: 'system',
    onEvent: ({ type, payload }) => {
      if (type === 'ready') clearTimeout(silence)
      if (type === 'connect') onConnect(payload.connectionId)
      if (type === 'close') onClose()
    }
  })
  ui.iframe.title = title
  return ui
}

/** Good for nothing more: a session could otherwise make further connections until it ends by itself. */
export function endSession ({ apiUrl }, token) {
  fetch(apiUrl + '/connect/session', { method: 'DELETE', headers: authorized(token) }).catch(() => {})
}

/** @returns the venue, or why there is none */
export async function readResult ({ resultPath }, ticket, connectionId) {
  const answer = await fetch(resultPath, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ticket, connectionId }), credentials: 'omit'
  }).catch(() => null)
  const body = await answer?.json().catch(() => null)
  if (answer?.status === 200) return { result: body, refused: false }
  return { result: { status: 'connected', venue: null }, refused: body?.code === 'ROLLER_ERR_ACCESS_DENIED' }
}
`
