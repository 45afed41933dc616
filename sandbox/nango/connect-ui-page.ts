// The stand-in for Nango's Connect UI: same messages, same calls, one form.

export const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Connect ROLLER (simulator)</title>
<link rel="stylesheet" href="connect.css">
<script src="connect.js" defer></script>
</head>
<body>
<main>
<p class="banner">Simulator: this page stands in for Nango's Connect UI. Never enter real credentials.</p>
<header><h1>Connect ROLLER</h1><button type="button" id="close" aria-label="Close">&times;</button></header>
<form id="form" hidden>
<label for="client_id">Client ID</label>
<input id="client_id" name="client_id" autocomplete="off" spellcheck="false" required>
<label for="client_secret">Client Secret</label>
<input id="client_secret" name="client_secret" type="password" autocomplete="off" required>
<button type="submit" id="submit">Connect</button>
</form>
<p id="message" role="status" aria-live="polite">Waiting for a session…</p>
<button type="button" id="finish" hidden>Finish</button>
</main>
</body>
</html>
`

export const STYLE = `body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: rgb(0 0 0 / 45%); color: #1b1f24 }
main { max-width: 26rem; margin: 10vh auto; padding: 1.5rem; background: #fff; border-radius: 12px }
header { display: flex; justify-content: space-between; align-items: center }
h1 { font-size: 1.25rem; margin: 0 }
.banner { background: #fff3c4; border: 1px solid #8a6d00; border-radius: 6px; padding: .5rem .75rem; margin: 0 0 1rem }
label { display: block; margin-top: .75rem; font-weight: 600 }
input { width: 100%; box-sizing: border-box; padding: .5rem; font: inherit; border: 1px solid #6b7280; border-radius: 6px }
button { font: inherit; padding: .5rem 1rem; border-radius: 6px; border: 1px solid #6b7280; background: #f3f4f6; cursor: pointer }
button[type=submit] { margin-top: 1rem; width: 100%; background: #0b5cab; border-color: #0b5cab; color: #fff }
`

export const SCRIPT = `'use strict'
const query = new URLSearchParams(location.search)
const apiUrl = (query.get('apiURL') || '').replace(/\\/+$/, '')
const $ = (id) => document.getElementById(id)
const post = (message) => { if (window.parent !== window) window.parent.postMessage(message, '*') }
let token = null
let integration = null

const say = (text) => { $('message').textContent = text }

async function api (path, options) {
  const response = await fetch(apiUrl + path, options)
  const body = response.status === 204 ? {} : await response.json().catch(() => ({}))
  if (response.ok) return body
  const error = body.error || {}
  throw Object.assign(new Error(error.message || 'The server answered ' + response.status), { type: error.code || 'unknown_error' })
}

const authorized = () => ({ headers: { authorization: 'Bearer ' + token } })

// An invalid or expired session is shown, and no event is posted: the real page is silent too.
async function start (sessionToken) {
  token = sessionToken
  if (!/^https?:/.test(apiUrl)) return say('The apiURL parameter is missing: the real page would now call Nango Cloud.')
  try {
    const session = (await api('/connect/session', authorized())).data
    const integrations = (await api('/integrations', authorized())).data
    const allowed = session.allowed_integrations || integrations.map((one) => one.unique_key)
    integration = allowed[0]
    if (!integration) return say('No integration to connect.')
    if (session.isReconnecting) $('submit').textContent = 'Reconnect'
    $('form').hidden = false
    $('client_id').focus()
    say('')
  } catch (error) {
    say('This session cannot be used: ' + error.message)
  }
}

async function submit (event) {
  event.preventDefault()
  $('submit').disabled = true
  say('Checking…')
  try {
    const path = '/oauth2/auth/' + encodeURIComponent(integration) + '?connect_session_token=' + encodeURIComponent(token)
    const body = JSON.stringify({ client_id: $('client_id').value, client_secret: $('client_secret').value })
    const made = await api(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    $('form').hidden = true
    $('finish').hidden = false
    say('Connected. You may close this page.')
    post({ type: 'connect', payload: { providerConfigKey: made.providerConfigKey, connectionId: made.connectionId } })
  } catch (error) {
    say('ROLLER did not accept these credentials: ' + error.message)
    post({ type: 'error', payload: { errorType: error.type || 'unknown_error', errorMessage: error.message } })
  } finally {
    $('submit').disabled = false
  }
}

const close = () => {
  const dirty = !$('form').hidden && ($('client_id').value || $('client_secret').value)
  if (!dirty || confirm('Leave without connecting?')) post({ type: 'close' })
}

window.addEventListener('message', (event) => {
  const data = event.data
  const fromParent = event.source === window.parent && data && typeof data === 'object'
  if (fromParent && data.type === 'session_token' && typeof data.sessionToken === 'string') start(data.sessionToken)
})
window.addEventListener('keydown', (event) => { if (event.key === 'Escape') close() })
$('form').addEventListener('submit', submit)
$('close').addEventListener('click', close)
$('finish').addEventListener('click', () => post({ type: 'close' }))
const given = query.get('session_token')
if (given) start(given)
post({ type: 'ready' })
`
