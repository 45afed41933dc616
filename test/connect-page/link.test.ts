/** POST /connect-session returns a link to the page, and a link of Nango's that works in browsers. */
import { test } from '../support/tap.ts'
import { readConfig } from '#service/config/config.js'
import { build } from '../support/build.ts'

const SELF_HOSTED = { publicHost: 'https://nango.example.com/', connectUrl: 'https://connect.example.com' }

test('puts all data into the fragment, and fills in the Client ID without sending it to Nango', async (t) => {
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

test('is relative to the root if the public address is unknown', async (t) => {
  const { app } = await build(t, { options: { connectPage: true, prefix: '/api' } })
  t.match((await app.inject({ method: 'POST', url: '/api/connect-session' })).json(), { connectPage: /^\/api\/connect#token=/ })
})

test('lets an identified caller fill in the Client ID, and nothing else', async (t) => {
  const { app } = await build(t, { options: { connectPage: true, identify: () => ({ tags: { organization_id: 'acme' } }) } })
  const send = (payload: object) => app.inject({ method: 'POST', url: '/connect-session', payload })
  t.match((await send({ clientId: 'my-park' })).json(), { connectPage: /client_id=my-park$/ })
  t.match((await send({ clientId: 'my-park', tags: { a: 'b' } })).json(), { errors: [{ pointer: '/body/tags' }] })
  t.match((await send({ clientId: '' })).json(), { errors: [{ pointer: '/body/clientId' }] })
})

test('keeps the given config beside the proof, for new and existing connections', async (t) => {
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

test('uses the browser address of Nango in Nango\'s own link', async (t) => {
  const { app } = await build(t, { options: { nango: SELF_HOSTED } })
  const { connectLink, token } = (await app.inject({ method: 'POST', url: '/connect-session' })).json()
  const link = new URL(connectLink)
  t.equal(link.origin + link.pathname, 'https://connect.example.com/')
  t.same(Object.fromEntries(link.searchParams), { session_token: token, apiURL: 'https://nango.example.com' })
})

test('validates addresses to which browsers send a secret', async (t) => {
  const fault = async (options: object): Promise<string> => await build(t, { options }).then(() => '', (error: Error) => error.message)
  t.match(
    await fault({ nango: { publicHost: 'http://nango.example.com' } }),
    /^fastify-roller: option nango\.publicHost is wrong: expected an https address/
  )
  t.match(await fault({ nango: { connectUrl: 'connect.example.com' } }), /option nango\.connectUrl is wrong: expected an https address/)
  t.match(await fault({ connectPage: true, nango: { host: 'http://nango:3003' } }), /option nango\.publicHost is missing: the connect page/)
  t.match(await fault({ connectPage: 'yes' }), /option connectPage is wrong/)
})

test('validates the service\'s addresses too, and disables the page without a browser address of Nango', async (t) => {
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
