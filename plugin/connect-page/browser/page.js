/** The page's flow, from the link to the venue's name. */
import { readLink } from './link.js'
import { connect, endSession, openConnectUi, readResult, readSession, readUsed } from './nango.js'
import { readTokenFailure } from './token-error.js'
import { $, announce, checkFields, hideProblem, mark, say, setBusy, showDone, showEnd, showProblem, useLanguage } from './view.js'

$('no-script').remove()
const config = JSON.parse(document.body.dataset.config)
const link = readLink(config.now)
const language = useLanguage(link.language)
const host = new URL(config.apiUrl).host
const other = config.environment === 'live' ? 'playground' : 'live'
/** open: credentials may be entered; busy: credentials are being checked; done: final. */
let state = 'open'
let connectUi = null
/** Until Nango denies it: the link may be for an existing connection. */
let reconnecting = true
/** Credentials were sent and no response arrived: Nango may have accepted them. */
let unsure = false

const EXPIRED = new Set(['unknown_connect_session_token', 'invalid_connect_session_token_format', 'missing_auth_token'])
const FAILURES = { unavailable: 'rollerBusy', unreachable: 'rollerBusy', unclear: 'unclear', blocked: 'setup' }
const SETUP = new Set([
  'integration_not_allowed', 'unknown_provider_config', 'invalid_auth_mode', 'unknown_provider_template', 'invalid_connection',
  'resource_capped'
])

$('secure').textContent = say('secure', { host })
$('step-note').textContent = say('stepNote', { environment: say(config.environment) })
$('client-id').value = link.clientId
$('client-id-hint').hidden = link.clientId === ''
mark('client-id', false)
$('other-way').hidden = config.connectUrl === null

// Another link was pasted into the same tab.
addEventListener('hashchange', () => { if (location.hash.includes('token=')) location.reload() })

if (link.token === null) finish('missing')
else {
  $('form').addEventListener('submit', submit)
  $('reveal').addEventListener('click', reveal)
  $('connect-ui').addEventListener('click', useConnectUi)
  watchEnd()
  // Only on devices with a keyboard: elsewhere focus opens the on-screen keyboard over half of the page.
  if (matchMedia('(pointer: fine)').matches) $(link.clientId === '' ? 'client-id' : 'client-secret').focus()
  const [session, used] = await Promise.all([readSession(config, link.token), readUsed(config, link.ticket)])
  reconnecting = session.reconnecting
  // By its code: while Nango's database is down, it answers 401 to every link.
  const expired = EXPIRED.has(session.code)
  if (used !== null && state === 'open') finishUsed(used, expired)
  else if (expired && state === 'open') finish('expired')
}

async function submit (event) {
  event.preventDefault()
  if (state !== 'open') return
  hideProblem()
  if (!checkFields()) return
  state = 'busy'
  setBusy(true)
  const slow = setTimeout(() => announce(say('slow')), 10_000)
  try {
    const used = unsure ? await readUsed(config, link.ticket) : null
    if (used !== null) return finishUsed(used, false)
    // Credentials have no leading or trailing space; copied text often does.
    const connectionId = await connect(config, link.token, $('client-id').value.trim(), $('client-secret').value.trim())
    await succeed(connectionId)
  } catch (error) {
    state = 'open'
    setBusy(false)
    unsure = error.type === 'late' || error.type === 'network'
    await fail(error)
  } finally {
    clearTimeout(slow)
  }
}

async function succeed (connectionId, keepSession = false) {
  state = 'done'
  $('client-secret').value = ''
  const { result, denied } = await readResult(config, link.ticket, connectionId)
  if (!keepSession) endSession(config, link.token)
  announce('')
  showDone(result, { denied, reconnecting })
}

async function fail ({ type, payload }) {
  if (EXPIRED.has(type)) {
    const used = await readUsed(config, link.ticket)
    return used === null ? finish('expired') : finishUsed(used, true)
  }
  const values = { host, code: type, environment: say(config.environment), other: say(other) }
  const failure = type === 'client_credentials_fetch_error' ? readTokenFailure(payload) : null
  if (failure === 'blocked') values.code = String(payload.code) + ', NANGO_OUTBOUND_URL_POLICY_OAUTH'
  if (failure === 'rejected') {
    showProblem('rejected', values)
    mark('client-secret', true)
    $('client-secret').select()
    return
  }
  showProblem(failure !== null ? FAILURES[failure] : problemOf(type), values)
  $('problem').focus()
}

function problemOf (type) {
  if (type === 'network' || type === 'late') return type
  if (type === 'too_many_request') return 'busy'
  return SETUP.has(type) ? 'setup' : 'trouble'
}

function finish (name) {
  finishQuietly()
  showEnd(name)
}

/** The link was opened again, or the response to its use was lost. */
function finishUsed (result, expired) {
  finishQuietly()
  if (!expired) endSession(config, link.token)
  showDone(result, { used: true })
}

function finishQuietly () {
  state = 'done'
  connectUi?.close()
  $('client-secret').value = ''
  announce('')
}

function reveal () {
  const shown = $('client-secret').type === 'text'
  $('client-secret').type = shown ? 'password' : 'text'
  $('reveal').textContent = say(shown ? 'show' : 'hide')
  $('reveal').setAttribute('aria-label', say(shown ? 'showSecret' : 'hideSecret'))
}

function useConnectUi () {
  if (state !== 'open') return
  hideProblem()
  let connected = null
  connectUi = openConnectUi(config, link.token, {
    language,
    title: say('connectUiTitle'),
    onConnect (connectionId) {
      // Nango's form shows success until it is closed, even for credentials of another venue: if the venue matters, it is closed now.
      connected = succeed(connectionId, !reconnecting)
      if (reconnecting) connectUi?.close()
    },
    onClose () {
      connectUi = null
      if (connected === null) return $('connect-ui').focus()
      endSession(config, link.token)
      connected.then(() => $('done').focus())
    },
    onTimeout () {
      connectUi = null
      fail({ type: 'network' })
    }
  })
}

/** Nango's form shows no expired session, so this page runs a timer. */
function watchEnd () {
  const left = link.expiresAt - Date.now()
  if (state === 'done') return
  if (left <= 0) {
    // Nango decides about credentials that are being checked.
    if (state === 'open') return finish('expired')
  } else {
    const minutes = Math.floor(left / 60_000)
    $('remaining').textContent = minutes > 1 ? say('minutes', { minutes }) : say('minute')
    if (minutes === 4 && !$('remaining').dataset.announced) {
      $('remaining').dataset.announced = 'yes'
      announce($('remaining').textContent)
    }
  }
  setTimeout(watchEnd, Math.min(15_000, Math.max(left, 1_000)))
}
