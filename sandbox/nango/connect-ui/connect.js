/* global confirm, location */
'use strict'
const query = new URLSearchParams(location.search)
const apiUrl = (query.get('apiURL') || '').replace(/\/+$/, '')
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

// For an invalid or expired session, the real page shows an error and posts no event.
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
