import { test } from '../support/tap.ts'
import { callsAtRoller, holdsNoSecret, listen } from '../support/build.ts'
import { sendRaw } from './raw.ts'

const call = (url: string, ...headers: string[]) => sendRaw(url, ['GET /roller/venues/me HTTP/1.1', ...headers].join('\r\n'))

test('rejects a connection id that Nango cannot store', async (t) => {
  const authorized: (string | null)[] = []
  const built = await listen(t, { options: { authorize: (_request, { connectionId }) => { authorized.push(connectionId); return true } } })
  for (const id of ['.', '..', 'a'.repeat(300), 'demo?x', 'demo#x', 'demo&x', 'demo%2e', 'd\u00e9mo', 'demo\tvenue', 'a<b>']) {
    const response = await call(built.url, `Connection-Id: ${id}`)
    t.match(response, { status: 404, code: 'ROLLER_ERR_CONNECTION_UNKNOWN' }, id)
  }
  for (const id of ['', ' ']) {
    t.match(await call(built.url, `Connection-Id: ${id}`), { status: 400, code: 'ROLLER_ERR_CONNECTION_REQUIRED' })
  }
  t.equal((await call(built.url, 'Connection-Id: demo\rvenue')).status, 400)
  t.same(built.nango.requests, [])
  t.strictSame(authorized, [], 'authorize is not called with an id that no connection can have')
})

test('treats an id with a path in it as an unknown id', async (t) => {
  const built = await listen(t)
  // eslint-disable-next-line no-template-curly-in-string
  for (const id of ['../connections', '../../demo-venue', 'demo-venue/../x', 'a\\..\\b', '${client_secret}', 'demo-venue,demo-venue']) {
    const response = await call(built.url, `Connection-Id: ${id}`)
    t.match(response, { status: 404, code: 'ROLLER_ERR_CONNECTION_UNKNOWN' }, id)
    holdsNoSecret(t, response.text, built)
  }
  t.same([...new Set(built.nango.requests.map(({ url }) => url))], ['/proxy/venues/me'])
  t.same(callsAtRoller(built), [])
})

test('ignores a second Connection-Id', async (t) => {
  const built = await listen(t)
  built.nango.addConnection({ connectionId: 'other', clientId: 'other', clientSecret: 'x' })
  for (const credentials of [['demo-venue', 'other'], ['other', 'demo-venue']]) {
    const response = await call(built.url, ...credentials.map((id) => `Connection-Id: ${id}`))
    t.equal(response.code, 'ROLLER_ERR_CONNECTION_UNKNOWN')
  }
  t.same(callsAtRoller(built), [])
})

test('rejects a line break in an id', async (t) => {
  const built = await listen(t)
  await call(built.url, 'Connection-Id: demo-venue\r\nBase-Url-Override: http://evil.example')
  t.equal(built.nango.requests[0]?.headers['base-url-override'], undefined)
})
