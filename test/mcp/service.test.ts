import t from '../support/tap.ts'

import { KEY, service } from '../service/fixture.ts'
import { AUDIENCE, ISSUER, startIssuer } from '../callers/issuer.ts'
import { ACCEPT, callTool, connectTo } from './fixture.ts'

const READER = 'key-of-a-reader-1234567890'
const KEYS = JSON.stringify([
  { name: 'agent', key: KEY, scopes: ['mcp', 'roller:read', 'metrics'] }, { name: 'reader', key: READER, scopes: ['roller:read'] }
])
const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` })

t.test('MCP=true serves the keys with the scope mcp, counts and logs their calls without arguments', async (t) => {
  const { app } = await service(t, { MCP: 'true', MCP_PINNED_TOOLS: 'GET /venues/me', API_KEYS: KEYS })
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/mcp`
  const client = await connectTo(t, url, { headers: bearer(KEY) })
  t.equal((await client.listTools()).tools.at(-1)?.name, 'getVenue')
  t.equal((await callTool(client, 'read_roller', { operation: 'GET /venues/me' })).isError, false)
  const rejected = await callTool(client, 'write_roller', { operation: 'POST /bookings', body: {} })
  t.match(rejected.data, { code: 'ROLLER_ERR_SCOPE', detail: /lacks the scope roller:write/ })
  const metrics = (await app.inject({ url: '/metrics', headers: bearer(KEY) })).body
  t.match(metrics, /roller_tool_calls_total\{tool="read_roller",operation="GET \/venues\/me",outcome="ok"\} 1/)
  t.match(metrics, /roller_tool_calls_total\{tool="write_roller",operation="POST \/bookings",outcome="ROLLER_ERR_SCOPE"\} 1/)

  const post = async (headers: Record<string, string>): Promise<Response> => await fetch(url, {
    method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: '{}'
  })
  t.equal((await post({})).status, 401)
  t.equal((await post(bearer(READER))).status, 403)
})

t.test('without MCP there is no endpoint', async (t) => {
  const { app } = await service(t, { JWT_JWKS_URL: 'https://login.example.com/keys', JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE })
  t.equal((await app.inject({ method: 'POST', url: '/mcp', payload: {} })).statusCode, 404)
  t.equal((await app.inject('/.well-known/oauth-protected-resource/mcp')).statusCode, 404)
})

t.test('with tokens of an issuer a 401 leads to the document that names the issuer', async (t) => {
  const { app } = await service(t, {
    MCP: 'true',
    PUBLIC_URL: 'https://gateway.example.com/',
    JWT_JWKS_URL: 'https://login.example.com/keys',
    JWT_ISSUER: 'https://login.example.com',
    JWT_AUDIENCE: 'gateway'
  })
  const { statusCode, headers } = await app.inject({ method: 'POST', url: '/mcp', payload: {} })
  t.equal(statusCode, 401)
  const document = 'https://gateway.example.com/.well-known/oauth-protected-resource/mcp'
  t.equal(headers['www-authenticate'], `Bearer realm="fastify-roller", resource_metadata="${document}"`)
  t.equal((await app.inject('/connections')).headers['www-authenticate'], 'Bearer realm="fastify-roller"')
  const response = await app.inject(new URL(document).pathname)
  t.same(response.json(), {
    resource: 'https://gateway.example.com/mcp',
    authorization_servers: ['https://login.example.com'],
    scopes_supported: ['mcp', 'roller:read', 'roller:write'],
    bearer_methods_supported: ['header'],
    resource_name: 'ROLLER'
  })
  t.equal(response.headers['cache-control'], 'no-store')
})

t.test('without PUBLIC_URL the document is at the host that the caller names, and a hostile one adds no parameter', async (t) => {
  const { app } = await service(
    t, { MCP: 'true', JWT_JWKS_URL: 'https://login.example.com/keys', JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE }
  )
  for (const host of ['[::1]:3000', '[::1]:3000", error="canary']) {
    const { headers } = await app.inject({ method: 'POST', url: '/mcp', payload: {}, headers: { host } })
    t.match(headers['www-authenticate'], /^Bearer realm="fastify-roller", resource_metadata="http:\/\/\[::1\]:3000[a-z]*\/[^"]+"$/)
  }
})

t.test('pinned tools that are no operations keep the service from starting', async (t) => {
  await t.rejects(service(t, { MCP: 'true', MCP_PINNED_TOOLS: 'Payments' }), /MCP_PINNED_TOOLS must name 1 to 20 operations/)
  await t.rejects(service(t, { MCP: 'true', MCP_CONFIRM: '' }), /MCP_CONFIRM/)
})

t.test('a confirmation is bound to the caller, and without a name to the token', async (t) => {
  const issuer = await startIssuer(t)
  const { app } = await service(t, { MCP: 'true', JWT_JWKS_URL: issuer.url, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE })
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/mcp`
  const token = async (claims: Record<string, unknown>, jti: string): Promise<string> =>
    await issuer.token({ sub: undefined, scope: 'mcp roller:read roller:write', jti, ...claims })
  /** @returns whether another token of the caller gets as far as the use of the confirmation, which counts once */
  const sharedBy = async (one: Record<string, unknown>, other: Record<string, unknown>): Promise<boolean> => {
    const sent: Request[] = []
    const client = await connectTo(t, url, {
      headers: bearer(await token(one, '1')), person: () => ACCEPT, record: (request) => { sent.push(request) }
    })
    await callTool(client, 'write_roller', { operation: 'DELETE /bookings/{uniqueId}', path: { uniqueId: 'b-1' } })
    const confirmed = sent.at(-1) as Request
    const headers = { ...Object.fromEntries(confirmed.headers), ...bearer(await token(other, '2')) }
    const text = await (await fetch(url, { method: 'POST', headers, body: await confirmed.text() })).text()
    t.match(text, /used before|Invalid or expired requestState/)
    return text.includes('used before')
  }
  t.equal(await sharedBy({ sub: 'ada' }, { sub: 'ada' }), true, 'a renewed token')
  t.equal(await sharedBy({ client_id: 'app' }, { azp: 'app' }), true, 'a renewed token of a program')
  t.equal(await sharedBy({ sub: 'ada' }, { sub: 'bob' }), false)
  t.equal(await sharedBy({ sub: 'app' }, { client_id: 'app' }), false)
  t.equal(await sharedBy({}, {}), false)
  t.equal(await sharedBy({ sub: '' }, { sub: '' }), false)
})
