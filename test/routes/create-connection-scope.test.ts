/** POST /connections leaves no connection behind when it responds with an error. */
import { test } from '../support/tap.ts'
import { build } from '../support/build.ts'

const CREDENTIALS = { clientId: 'new-park', clientSecret: 'right' }
const ALL = [
  'environment:proxy', 'environment:connections:list', 'environment:connections:read', 'environment:connections:update',
  'environment:connections:delete',
  'environment:connect_sessions:write', 'environment:integrations:read'
]
const without = (scope: string): { nango: { scopes: string[] } } => ({ nango: { scopes: ALL.filter((one) => one !== scope) } })
const FORBIDDEN = { kind: 'status', status: 403, body: { error: { code: 'forbidden', message: 'x' } } } as const
/** A connection that is read by its id, but for the probe's. */
const READ = /^\/connections\/(?!fastify-roller-probe|metadata)/

test('rejects a key without the read scope before it creates a connection, on every attempt', async (t) => {
  const built = await build(t, without('environment:connections:read'))
  const before = built.nango.connections.length
  for (let time = 0; time < 2; time++) {
    const response = await built.app.inject({ method: 'POST', url: '/connections', payload: CREDENTIALS })
    t.match(response.json(), {
      status: 502,
      code: 'ROLLER_ERR_NANGO_REJECTED',
      layer: 'nango',
      detail: /No connection was created/,
      hint: /operator must add.*environment:connections:read /
    })
  }
  t.equal(built.nango.connections.length, before)
  t.same(built.nango.requests.filter(({ url }) => url.startsWith('/oauth2') || url.startsWith('/connect/')), [], 'nor a session')
})

test('checks the scope of a valid key once', async (t) => {
  const built = await build(t, { nango: { scopes: ALL } })
  for (let time = 0; time < 3; time++) {
    t.equal((await built.app.inject({ method: 'POST', url: '/connections', payload: CREDENTIALS })).statusCode, 201)
  }
  t.equal(built.nango.requests.filter(({ url }) => url.startsWith('/connections/fastify-roller-probe')).length, 1)
})

test('deletes a connection that cannot be read, and checks the key again', async (t) => {
  const built = await build(t)
  const before = built.nango.connections.length
  for (const fault of [FORBIDDEN, { kind: 'status', status: 500, body: { error: { code: 'server_error' } } }, { kind: 'reset' }] as const) {
    built.nango.faults.next({ path: READ, ...fault })
    const response = await built.app.inject({ method: 'POST', url: '/connections', payload: CREDENTIALS })
    t.equal(response.statusCode, 502)
    t.equal(built.nango.connections.length, before)
  }
  t.equal(built.nango.requests.filter(({ url }) => url.startsWith('/connections/fastify-roller-probe')).length, 3)
})

test('names a connection that can be neither read nor deleted', async (t) => {
  const built = await build(t)
  for (let time = 0; time < 2; time++) built.nango.faults.next({ path: READ, ...FORBIDDEN })
  const problem = (await built.app.inject({ method: 'POST', url: '/connections', payload: CREDENTIALS })).json()
  const { connectionId } = built.nango.connections.at(-1) ?? {}
  t.match(
    problem, { status: 502, detail: new RegExp(`The connection ${String(connectionId)} was created`), hint: /Do not connect the venue again/ }
  )
})
