/** Browser module: reads the gateway's own routes and draws the results. */
const $ = (id) => document.getElementById(id)
const { connectionId } = document.body.dataset
const texts = JSON.parse(document.body.dataset.texts)
const SVG = 'http://www.w3.org/2000/svg'
const EVERY = 1000
const KEPT = 60
const STATES = { connected: texts.connected, 'reconnect-required': texts.reconnectRequired, 'cooling-off': texts.coolingOff }
const say = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole)
const curves = new Map()

async function request (path, options = {}) {
  // On going back to a page, browsers show cached responses, however old.
  const response = await fetch(path, { cache: 'no-store', ...options }).catch(() => null)
  const body = await response?.json().catch(() => null)
  if (response?.ok) {
    $('note').hidden = true
    return body
  }
  $('note').textContent = response === null
    ? texts.down
    : response.status === 401
      ? texts.needsKey
      : body?.title + '. ' + body?.hint
  $('note').hidden = false
  return null
}

function element (name, text, className) {
  const made = document.createElement(name)
  if (text !== undefined) made.textContent = text
  if (className !== undefined) made.className = className
  return made
}

async function showVenues () {
  const list = await request('connections?limit=20')
  if (list === null) return
  $('venues').replaceChildren(...list.connections.map(({ connectionId: id, status, venue }) => {
    const row = element('li')
    const zone = venue?.timeZone?.split('/').at(-1).replaceAll('_', ' ')
    row.append(
      element('strong', venue?.name ?? id),
      element('span', STATES[status] ?? status, status === 'connected' ? 'state' : 'state bad')
    )
    row.append(element('span', [id, zone, venue?.environment].filter(Boolean).join(' · '), 'quiet'))
    return row
  }))
}

/** The used part of a rate limit over the last minute, as a curve. */
function draw ({ name, limit, window: seconds, remaining }) {
  const used = limit - remaining
  let curve = curves.get(name)
  if (curve === undefined) {
    const box = element('div', undefined, 'rate-limit')
    const line = element('p', texts[name] ?? name)
    const numbers = element('span')
    const svg = document.createElementNS(SVG, 'svg')
    const [area, edge] = ['polygon', 'polyline'].map((shape) => document.createElementNS(SVG, shape))
    svg.setAttribute('viewBox', '0 0 ' + (KEPT - 1) + ' 100')
    svg.setAttribute('preserveAspectRatio', 'none')
    svg.setAttribute('role', 'img')
    area.setAttribute('class', 'area')
    edge.setAttribute('class', 'curve')
    svg.append(area, edge)
    line.append(numbers)
    box.append(line, svg)
    $('rate-limits').append(box)
    curve = { numbers, svg, area, edge, values: Array(KEPT).fill(0) }
    curves.set(name, curve)
  }
  curve.values.push(used)
  curve.values.shift()
  const points = curve.values.map((value, index) => index + ',' + (97 - 94 * value / limit).toFixed(1))
  curve.edge.setAttribute('points', points.join(' '))
  curve.area.setAttribute('points', ['0,100', ...points, (KEPT - 1) + ',100'].join(' '))
  const span = seconds < 3600 ? seconds + ' s' : seconds / 3600 + ' h'
  curve.numbers.textContent = say(texts.left, { remaining, limit, span })
  curve.svg.setAttribute('aria-label', say(texts.used, { name: texts[name] ?? name, used, limit }))
}

async function showRateLimits () {
  if (!document.hidden) {
    const report = await request('connections/' + encodeURIComponent(connectionId) + '/rate-limits')
    if (report !== null) report.rateLimits.filter(({ name }) => name !== 'bulk').forEach(draw)
  }
}

async function sendCalls () {
  $('calls').disabled = true
  const responses = await Promise.all(Array.from({ length: 120 }, (none, index) =>
    // Equal requests would be deduplicated.
    fetch('roller/bookings?keywords=call-' + index, { headers: { 'connection-id': connectionId } }).then(({ status }) => status, () => 0)))
  $('sent').textContent = say(
    texts.sent, { count: responses.filter((status) => status === 200).length, all: responses.length }
  )
  $('calls').disabled = false
  await showRateLimits()
}

async function connectVenue () {
  const session = await request(
    'connect-session', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ clientId: 'my-park' }) }
  )
  if (session !== null) location.assign(session.connectPage ?? session.connectLink)
}

$('command').textContent = "curl -H 'Connection-Id: " + connectionId + "' '" + new URL('roller/venues/me', location.href).href + "'"
$('connect').addEventListener('click', connectVenue)
$('calls').addEventListener('click', sendCalls)
addEventListener('pageshow', showVenues) // after returning from the connect page too
setInterval(showRateLimits, EVERY)
await showRateLimits()
