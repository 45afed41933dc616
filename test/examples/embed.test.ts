/** The embed example: its own login protects the plugin, tenants see only their venues, and staff may not connect any. */
import tap, { test } from '../support/tap.ts'
import { startSource } from './program.ts'

tap.setTimeout(120_000) // starting a process is slow on a busy machine

test('runs', async (t) => {
  const program = startSource(t, 'embed/app', [], { PORT: '0' })
  const url = String((await program.printed(/The app is at (\S+)/))[1]).replace('[::1]', 'localhost')
  const JSON_TYPE = { 'content-type': 'application/json' }
  const post = (path: string, body: object, headers = {}) => fetch(
    url + path, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) }
  )
  const signIn = async (name: string): Promise<{ cookie: string }> => {
    const response = await post('/login', { name, password: 'demo' })
    t.equal(response.status, 204, name)
    t.match(response.headers.get('set-cookie'), /HttpOnly; SameSite=Strict/)
    return { cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '' }
  }

  t.equal((await post('/login', { name: 'ada', password: 'wrong' })).status, 401)
  t.match(await (await fetch(url)).text(), 'page.js')
  t.match((await fetch(`${url}/page.js`)).headers.get('content-type'), 'javascript')
  for (const path of ['/api/connections', '/api/overview', '/api/connect-session']) {
    const response = await fetch(url + path)
    t.equal(response.status, 401, path)
    t.same(await response.json(), { message: 'Sign in first.' }, 'the host\'s own words')
  }

  const [ada, abe, zoe] = [await signIn('ada'), await signIn('abe'), await signIn('zoe')]
  const session = await (
    await fetch(`${url}/api/connect-session`, { method: 'POST', headers: ada })
  ).json() as { connectPage: string, token: string }
  t.match(session.connectPage, /^\/api\/connect#token=/)
  t.equal((await fetch(new URL(session.connectPage, url))).status, 200, 'the page needs no login: its link is the key')
  t.equal((await fetch(`${url}/api/connect-session`, { method: 'POST', headers: abe })).status, 403, 'staff')

  const made = await post('/api/connections', { clientId: 'acme-park', clientSecret: 'any' }, ada)
  t.equal(made.status, 201)
  const { connectionId, tags } = await made.json() as { connectionId: string, tags: object }
  t.match(tags, { organization_id: 'acme' }, 'the tenant is the server\'s word')
  t.equal((await post('/api/connections', { clientId: 'x', clientSecret: 'any', tags: { organization_id: 'zeta' } }, ada)).status, 400)

  const overview = async (headers: { cookie: string }) => await (await fetch(`${url}/api/overview`, { headers })).json()
  let shown = await overview(abe)
  // Nango's list is read from a replica, where a new connection appears late, as in the sandbox.
  for (let turn = 0; turn < 200 && JSON.stringify(shown) === '[]'; turn++) {
    await new Promise((resolve) => { setTimeout(resolve, 20) })
    shown = await overview(abe)
  }
  t.match(shown, [{ connectionId, venue: String, bookings: Number }])
  t.same(await overview(zoe), [])
  const venue = async (headers: { cookie: string }) => (
    await fetch(`${url}/api/roller/venues/me`, { headers: { ...headers, 'connection-id': connectionId } })
  ).status
  t.same([await venue(ada), await venue(abe), await venue(zoe)], [200, 200, 404])
  t.equal((await fetch(`${url}/api/problems/ROLLER_ERR_RATE_LIMITED`)).status, 200)

  program.child.kill('SIGTERM')
  t.equal(await program.exited, 0)
  t.match(program.output(), /a venue has connected/)
})
