/** POST /connect-session answers with a link to the page, and with a link to Nango's own that works for browsers. */
import { test } from '../support/tap.ts'
import { readConfig } from '#service/config/config.js'
import { build } from '../support/build.ts'

const SELF_HOSTED = { publicHost: 'https://nango.example.com/', connectUrl: 'https://connect.example.com' }

test('everything is in the fragment; the Client ID is filled in and not told to Nango', async (t) => {
  const { app, nango } = await build(t, { options: { connectPage: true, prefix: '/api', publicUrl: 'https://app.example.com/gate/' } })
  const session = (await app.inject({ method: 'POST', url: '/api/connect-session', payload: { clientId: 'id with &=# ü' } })).json()
  const link = new URL(session.connectPage)
  t.equal(link.href.split('#')[0], 'https://app.example.com/gate/api/connect')
  const fragment = new URLSearchParams(link.hash.slice(1))
  t.same([...fragment.keys()], ['token', 'ticket', 'expires', 'client_id'])
  t.equal(fragment.get('token'), session.token)
  t.equal(fragment.get('client_id'), 'id with &=# ü')
  t.equal(fragment.get('expires'), String(Math.floor(Date.parse(session.expiresAt) / 1000)))
  const sent = String(nango.requests.at(-1)?.body)
  t.notMatch(sent, 'id with')
  t.same(
    JSON.parse(sent).integrations_config_defaults,
    { roller: { connection_config: { roller_connect_page: fragment.get('ticket')?.split('.')[1] } } }
  )
})

test('an address that is not known is written from the root', async (t) => {
  const { app } = await build(t, { options: { connectPage: true, prefix: '/api' } })
  t.match((await app.inject({ method: 'POST', url: '/api/connect-session' })).json(), { connectPage: /^\/api\/connect#token=/ })
})

test('a caller who is identified may fill in the Client ID, and still nothing else', async (t) => {
  const { app } = await build(t, { options: { connectPage: true, identify: () => ({ tags: { organization_id: 'acme' } }) } })
  const send = (payload: object) => app.inject({ method: 'POST', url: '/connect-session', payload })
  t.match((await send({ clientId: 'my-park' })).json(), { connectPage: /client_id=my-park$/ })
  t.match((await send({ clientId: 'my-park', tags: { a: 'b' } })).json(), { errors: [{ pointer: '/body/tags' }] })
  t.match((await send({ clientId: '' })).json(), { errors: [{ pointer: '/body/clientId' }] })
})

test('the config that a caller gives is kept beside the proof, and so is that of a connection', async (t) => {
  const { app, nango } = await build(t, { options: { connectPage: true } })
  const config = (): Record<string, unknown> => JSON.parse(
    String(nango.requests.at(-1)?.body)
  ).integrations_config_defaults.roller.connection_config
  await app.inject(
    { method: 'POST', url: '/connect-session', payload: { connectionConfig: { region: 'eu', roller_connect_page: 'chosen' } } }
  )
  t.match(config(), { region: 'eu', roller_connect_page: /^[\w-]{22}$/ })
  nango.addConnection({ connectionId: 'kept', clientId: 'kept', clientSecret: 'x', connectionConfig: { region: 'us' } })
  await app.inject({ method: 'POST', url: '/connect-session/reconnect', payload: { connectionId: 'kept' } })
  t.match(config(), { region: 'us', roller_connect_page: /^[\w-]{22}$/ })
})

test('Nango\'s own link leads browsers to where they reach Nango', async (t) => {
  const { app } = await build(t, { options: { nango: SELF_HOSTED } })
  const { connectLink, token } = (await app.inject({ method: 'POST', url: '/connect-session' })).json()
  const link = new URL(connectLink)
  t.equal(link.origin + link.pathname, 'https://connect.example.com/')
  t.same(Object.fromEntries(link.searchParams), { session_token: token, apiURL: 'https://nango.example.com' })
})

test('addresses that browsers would send a secret to are checked', async (t) => {
  const fault = async (options: object): Promise<string> => await build(t, { options }).then(() => '', (error: Error) => error.message)
  t.match(
    await fault({ nango: { publicHost: 'http://nango.example.com' } }),
    /^fastify-roller: option nango\.publicHost is wrong: expected an https address/
  )
  t.match(await fault({ nango: { connectUrl: 'connect.example.com' } }), /option nango\.connectUrl is wrong: expected an https address/)
  t.match(await fault({ connectPage: true, nango: { host: 'http://nango:3003' } }), /option nango\.publicHost is missing: the connect page/)
  t.match(await fault({ connectPage: 'yes' }), /option connectPage is wrong/)
})

test('and so are the service\'s; a Nango that no browser reaches leaves the page out', async (t) => {
  const read = (env: Record<string, string>) => readConfig({ NANGO_SECRET_KEY: 'x', ...env })
  t.throws(() => read({ NANGO_PUBLIC_HOST: 'nango', NANGO_CONNECT_URL: 'ftp://x' }), {
    message: /NANGO_PUBLIC_HOST must be an https address.*Example: NANGO_PUBLIC_HOST=https:\/\/nango\.example\.com\n.*NANGO_CONNECT_URL must be an https address.*Example: NANGO_CONNECT_URL=/s
  })
  t.equal(read({}).connectPage, true)
  t.equal(read({ NANGO_HOST: 'http://nango:3003' }).connectPage, false)
  t.match(
    read({ NANGO_HOST: 'http://nango:3003', NANGO_PUBLIC_HOST: 'https://nango.example.com' }),
    { connectPage: true, nango: { publicHost: 'https://nango.example.com' } }
  )
})
