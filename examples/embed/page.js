/** The page of the app: sign in, list your venues, connect another. */
const status = document.querySelector('[role=status]')
const venues = document.querySelector('#venues')

async function call (path, options) {
  const response = await fetch(path, options)
  if (response.ok) return response.status === 204 ? null : await response.json()
  const problem = await response.json()
  // The gateway's problems have a hint; this app's own responses have a message.
  throw new Error(problem.hint ?? problem.message)
}

async function show () {
  const overview = await call('/api/overview')
  document.querySelector('#login').hidden = true
  venues.hidden = false
  venues.querySelector('ul').replaceChildren(...overview.map(({ venue, bookings }) => {
    const item = document.createElement('li')
    item.textContent = `${venue ?? 'A venue'}: ${bookings} bookings today`
    return item
  }))
  status.textContent = overview.length === 0 ? 'No venue is connected yet.' : ''
}

document.querySelector('#login').addEventListener('submit', async (event) => {
  event.preventDefault()
  const body = JSON.stringify(Object.fromEntries(new FormData(event.target)))
  await call('/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body }).then(show).catch(say)
})

document.querySelector('#connect').addEventListener('click', async () => {
  // Opened at once, because browsers block windows that open later than the click.
  const opened = window.open('about:blank')
  try {
    const { connectPage } = await call('/api/connect-session', { method: 'POST' })
    opened.location = connectPage
  } catch (error) {
    opened.close()
    say(error)
  }
})

// The connect page redirects back here with its result.
window.addEventListener('focus', () => { if (!venues.hidden) show().catch(say) })

function say (error) { status.textContent = error.message }

await show().catch(() => {}) // not signed in
