/** `authorize` is required, called at every route, and respected. */
import Fastify from 'fastify'
import { test } from '../support/tap.ts'
import roller, { OptionsError, type Authorize } from 'fastify-roller'
import { build, callsAtRoller, CONNECTION_ID, SECRET_KEY, VENUE } from '../support/build.ts'
import { SteppedClock } from '../support/manual-clock.ts'

test('rejects a registration without authorize, with a hint', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  const options = { nango: { secretKey: SECRET_KEY } } as unknown as Parameters<typeof roller>[1]
  const failure = await app.register(roller, options).then(() => null, (error: unknown) => error)
  t.ok(failure instanceof OptionsError)
  t.match(failure, { code: 'ROLLER_ERR_OPTIONS', message: /authorize is missing: give a function .*'open'/ })
  t.notMatch(String(failure), SECRET_KEY)
})

test('calls authorize for each route with connection, operation and scope', async (t) => {
  const requested: Parameters<Authorize>[1][] = []
  const { app } = await build(
    t,
    {
      options: {
        clock: new SteppedClock(), // a call that has waited, if only for a busy machine, is authorized again
        authorize: (_request, context) => { requested.push(context); return true },
        identify: () => ({ tags: { organization_id: 'demo' } })
      }
    }
  )
  const id = CONNECTION_ID
  const cases: [method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT', url: string, context: Parameters<Authorize>[1]][] = [
    ['POST', '/connect-session', { connectionId: null, operation: 'POST /connect-session', scope: 'connect' }],
    ['GET', '/connect-session', { connectionId: null, operation: 'GET /connect-session', scope: 'connect' }],
    ['POST', '/connect-session/reconnect', { connectionId: id, operation: 'POST /connect-session/reconnect', scope: 'connect' }],
    ['GET', '/connections', { connectionId: null, operation: 'GET /connections', scope: 'connections:read' }],
    ['POST', '/connections', { connectionId: null, operation: 'POST /connections', scope: 'connections:write' }],
    ['GET', `/connections/${id}`, { connectionId: id, operation: 'GET /connections/{id}', scope: 'connections:read' }],
    ['GET', `/connections/${id}/check`, { connectionId: id, operation: 'GET /connections/{id}/check', scope: 'connections:read' }],
    ['GET', `/connections/${id}/rate-limits`, {
      connectionId: id, operation: 'GET /connections/{id}/rate-limits', scope: 'connections:read'
    }],
    ['GET', `/connections/${id}/usage`, { connectionId: id, operation: 'GET /connections/{id}/usage', scope: 'connections:read' }],
    ['POST', `/connections/${id}/confirm-venue`, {
      connectionId: id, operation: 'POST /connections/{id}/confirm-venue', scope: 'connections:write'
    }],
    ['GET', `/connections/${id}/webhooks`, { connectionId: id, operation: 'GET /connections/{id}/webhooks', scope: 'webhooks' }],
    ['POST', `/connections/${id}/webhooks`, { connectionId: id, operation: 'POST /connections/{id}/webhooks', scope: 'webhooks' }],
    ['DELETE', `/connections/${id}/webhooks`, { connectionId: id, operation: 'DELETE /connections/{id}/webhooks', scope: 'webhooks' }],
    ['GET', '/exports/products', { connectionId: id, operation: 'GET /data/products', scope: 'roller:read' }],
    ['PATCH', `/connections/${id}`, { connectionId: id, operation: 'PATCH /connections/{id}', scope: 'connections:write' }],
    ['GET', '/roller/venues/me', { connectionId: id, operation: 'GET /venues/me', scope: 'roller:read' }],
    ['GET', '/roller/bookings/B1', { connectionId: id, operation: 'GET /bookings/{uniqueId}', scope: 'roller:read' }],
    ['GET', '/roller/nothing/of/the/catalog', { connectionId: id, operation: 'GET /*', scope: 'roller:read' }],
    ['GET', '/roller/Products?a=100%', { connectionId: id, operation: 'GET /products', scope: 'roller:read' }],
    ['PUT', '/roller/Staff/x1', { connectionId: id, operation: 'PUT /staff/{uniqueId}', scope: 'roller:write' }],
    ['PUT', '/roller/nothing', { connectionId: id, operation: 'PUT /*', scope: 'roller:write' }],
    ['DELETE', `/connections/${id}`, { connectionId: id, operation: 'DELETE /connections/{id}', scope: 'connections:write' }]
  ]
  const bodies: Record<string, object> = {
    '/connect-session/reconnect': { connectionId: id },
    '/connections': { clientId: 'a', clientSecret: 'b' },
    [`/connections/${id}`]: { metadata: { a: 1 } },
    [`/connections/${id}/confirm-venue`]: { venueId: '1' }
  }
  for (const [method, url, context] of cases) {
    requested.length = 0
    const payload = method === 'GET' || method === 'DELETE' ? undefined : bodies[url]
    const response = await app.inject({ method, url, headers: VENUE, ...(payload !== undefined && { payload }) })
    t.same(requested, [context], `${method} ${url} (${response.statusCode})`)
  }
})

test('returns 403 for false, and does nothing', async (t) => {
  const built = await build(t, { options: { authorize: () => false, identify: () => ({ tags: { organization_id: 'demo' } }) } })
  const own = await built.app.inject({ url: '/connections' })
  t.match(own.json(), { status: 403, code: 'ROLLER_ERR_SCOPE', detail: /GET \/connections/ })
  for (
    const [method, url] of [
      ['GET', '/roller/venues/me'], ['POST', '/roller/anything'], ['GET', `/connections/${CONNECTION_ID}`],
      ['DELETE', `/connections/${CONNECTION_ID}`]
    ] as const
  ) {
    const response = await built.app.inject({ method, url, headers: VENUE })
    t.match(response.json(), { status: 403, code: 'ROLLER_ERR_CONNECTION_FORBIDDEN' }, `${method} ${url}`)
  }
  t.same(callsAtRoller(built), [])
  t.same(built.nango.requests, [])
})

test('accepts only true: undefined means false, and another value is an error of the application', async (t) => {
  let result: unknown
  const built = await build(t, { options: { authorize: (() => result) as never } })
  const callWith = async (value: unknown) => {
    result = value
    return (await built.app.inject({ url: '/roller/venues/me', headers: VENUE })).json()
  }
  for (const value of [undefined, null, false, Promise.resolve(undefined)]) {
    t.match(await callWith(value), { status: 403, code: 'ROLLER_ERR_CONNECTION_FORBIDDEN' }, String(value))
  }
  // eslint-disable-next-line no-new-wrappers
  for (const value of ['yes', '', 1, 0, {}, [], [true], new Boolean(true), Promise.resolve('true'), () => true]) {
    t.match(
      await callWith(value), { status: 500, code: 'ROLLER_ERR_INTERNAL', layer: 'gateway', hint: /developers of this application/ },
      String(value)
    )
  }
  t.same(callsAtRoller(built), [])
  t.match(built.log(), /authorize\(\) gave a text; expected true or false/)
  t.type((await callWith(Promise.resolve(true))).id, 'number')
})

test('passes its error to the host\'s error handler', async (t) => {
  class NotAllowed extends Error {}
  const { app } = await build(t, {
    options: { authorize: async () => { throw new NotAllowed('no') } },
    host: (app) => {
      app.setErrorHandler((error, _request, reply) => reply.code(error instanceof NotAllowed ? 418 : 500).send({ host: true }))
    }
  })
  for (const url of ['/roller/venues/me', '/connections']) {
    const response = await app.inject({ url, headers: VENUE })
    t.equal(response.statusCode, 418, url)
    t.same(response.json(), { host: true })
  }
})
