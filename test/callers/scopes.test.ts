/** Every route requires one scope, and rejects a key that has all others. */
import type { FastifyRequest } from 'fastify'
import { test } from '../support/tap.ts'
import { authorizeCaller, identifyCaller } from '#service/auth/authentication.js'
import { SCOPES } from '#service/auth/caller.js'
import { callsAtRoller, VENUE } from '../support/build.ts'
import { bearer, serviceWithKeys } from './fixture.ts'

const ID = 'demo-venue'
const ROUTES = [
  ['POST', '/connect-session', 'connect', {}],
  ['POST', '/connect-session/reconnect', 'connect', { connectionId: ID }],
  ['GET', '/connections', 'connections:read', undefined],
  ['GET', `/connections/${ID}`, 'connections:read', undefined],
  ['GET', `/connections/${ID}/check`, 'connections:read', undefined],
  ['GET', `/connections/${ID}/rate-limits`, 'connections:read', undefined],
  ['POST', '/connections', 'connections:write', { clientId: 'a', clientSecret: 'b' }],
  ['PATCH', `/connections/${ID}`, 'connections:write', { metadata: { a: 1 } }],
  ['GET', '/roller/venues/me', 'roller:read', undefined],
  ['GET', '/roller/sandbox/echo', 'roller:read', undefined],
  ['POST', '/roller/sandbox/echo', 'roller:write', {}],
  ['GET', '/metrics', 'metrics', undefined],
  ['DELETE', `/connections/${ID}`, 'connections:write', undefined]
] as const

test('allows a route with its scope alone, and names the missing scope otherwise', async (t) => {
  const built = await serviceWithKeys(t, SCOPES.flatMap((scope) => [
    { name: `only.${scope.replace(':', '-')}`, scopes: [scope] },
    { name: `not.${scope.replace(':', '-')}`, scopes: SCOPES.filter((other) => other !== scope) }
  ]))
  for (const [method, url, scope, payload] of ROUTES) {
    const request = { method, url, ...(payload !== undefined && { payload }) }
    const name = scope.replace(':', '-')
    const before = [built.nango.requests.length, callsAtRoller(built).length]
    const rejected = await built.app.inject({ ...request, headers: { ...VENUE, ...bearer(`not.${name}`) } })
    t.match(
      rejected.json(), { status: 403, code: 'ROLLER_ERR_SCOPE', detail: new RegExp(`lacks the scope ${scope}`) },
      `${method} ${url} without ${scope}`
    )
    t.same([built.nango.requests.length, callsAtRoller(built).length], before, 'neither Nango nor ROLLER was called')
    const allowed = await built.app.inject({ ...request, headers: { ...VENUE, ...bearer(`only.${name}`) } })
    t.ok(allowed.statusCode < 300, `${method} ${url} with ${scope}: ${allowed.statusCode} ${allowed.body.slice(0, 200)}`)
  }
})

test('a request without a caller has no rights', async (t) => {
  const request = { caller: null } as FastifyRequest // the field that is read
  const context = { operation: 'GET /products', scope: 'roller:read', connectionId: null } as const
  t.throws(() => authorizeCaller(request, context), { code: 'ROLLER_ERR_SCOPE' })
  t.equal(identifyCaller(request), null)
})

test('grants all scopes to a key of a plain list', async (t) => {
  const built = await serviceWithKeys(t, [{ name: 'all', scopes: [...SCOPES] }])
  for (const [method, url, , payload] of ROUTES) {
    t.ok(
      (
        await built.app.inject({ method, url, headers: { ...VENUE, ...bearer('all') }, ...(payload !== undefined && { payload }) })
      ).statusCode < 300,
      `${method} ${url}`
    )
  }
})
