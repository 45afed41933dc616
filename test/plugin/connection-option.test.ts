/** The option `connection` chooses the connection and takes precedence over headers. */
import { test } from '../support/tap.ts'
import { build, callsAtRoller, CONNECTION_ID } from '../support/build.ts'

const clientOf = (requests: readonly { url: string, clientId: string | null }[]): string | null | undefined =>
  requests.filter(({ url }) => url !== '/token').at(-1)?.clientId

test('prefers a fixed id to the header, whatever connections the caller has', async (t) => {
  const { app, nango, roller } = await build(t, {
    options: {
      connection: CONNECTION_ID,
      identify: () => ({ tags: { organization_id: 'another' } }),
      retryPolicy: { baseMs: 1, capMs: 1, random: () => 1 }
    }
  })
  nango.addConnection({ connectionId: 'another', clientId: 'another', clientSecret: 's' })
  t.equal((await app.inject({ url: '/roller/venues/me' })).statusCode, 200)
  t.equal(clientOf(roller.requests), 'demo')
  await app.inject({ url: '/roller/venues/me', headers: { 'connection-id': 'another' } })
  t.equal(clientOf(roller.requests), 'demo')
  t.equal(roller.requests.some(({ clientId }) => clientId === 'another'), false)
  roller.faults.next({ path: /venues/, kind: 'status', status: 503 })
  t.equal((await app.inject({ url: '/roller/venues/me' })).statusCode, 200, 'nor before a retry')
  t.equal((await app.inject({ url: `/connections/${CONNECTION_ID}` })).statusCode, 404, 'the connection itself is not the caller\'s')
})

test('prefers the function\'s result to the header', async (t) => {
  const choices: string[] = []
  const { app, nango, roller } = await build(t, {
    options: {
      connection: async ({ headers }) => `venue-${choices.shift() ?? String(headers['x-tenant'])}`,
      retryPolicy: { baseMs: 1, capMs: 1, random: () => 1 }
    }
  })
  for (const tenant of ['a', 'b']) nango.addConnection({ connectionId: `venue-${tenant}`, clientId: `client-${tenant}`, clientSecret: 's' })
  for (const tenant of ['a', 'b']) {
    const response = await app.inject({ url: '/roller/venues/me', headers: { 'x-tenant': tenant, 'connection-id': CONNECTION_ID } })
    t.equal(response.statusCode, 200)
    t.equal(clientOf(roller.requests), `client-${tenant}`)
  }
  choices.push('a', 'b')
  roller.faults.next({ path: /venues/, kind: 'status', status: 503 })
  t.match((await app.inject('/roller/venues/me')).json(), { status: 404, code: 'ROLLER_ERR_CONNECTION_UNKNOWN' }, 'another before a retry')
  t.equal(callsAtRoller({ nango, roller }).length, 3, 'the last of them failed')
})

test('passes the function\'s error to the host\'s error handler', async (t) => {
  const { app } = await build(t, {
    options: { connection: () => { throw new Error('no tenant') } },
    host: (app) => { app.setErrorHandler((error, _request, reply) => reply.code(418).send((error as Error).message)) }
  })
  t.match(await app.inject('/roller/venues/me'), { statusCode: 418, body: 'no tenant' })
})

test('sends nothing if the function returns no or an invalid id', async (t) => {
  const choices: [choice: unknown, code: string][] = [
    ['', 'ROLLER_ERR_CONNECTION_REQUIRED'], [undefined, 'ROLLER_ERR_CONNECTION_REQUIRED'], [null, 'ROLLER_ERR_CONNECTION_REQUIRED'],
    [7, 'ROLLER_ERR_INTERNAL'], [[CONNECTION_ID], 'ROLLER_ERR_INTERNAL'], [{ toString: () => CONNECTION_ID }, 'ROLLER_ERR_INTERNAL'],
    // eslint-disable-next-line no-new-wrappers
    [new String(CONNECTION_ID), 'ROLLER_ERR_INTERNAL'], [Promise.resolve([CONNECTION_ID]), 'ROLLER_ERR_INTERNAL'],
    [true, 'ROLLER_ERR_INTERNAL'],
    ['..', 'ROLLER_ERR_CONNECTION_UNKNOWN'], ['é', 'ROLLER_ERR_CONNECTION_UNKNOWN'], ['x'.repeat(256), 'ROLLER_ERR_CONNECTION_UNKNOWN']
  ]
  let choice: unknown
  const built = await build(t, { options: { connection: () => choice as string } })
  for (const [value, code] of choices) {
    choice = value
    t.equal(
      (await built.app.inject({ url: '/roller/venues/me', headers: { 'connection-id': CONNECTION_ID } })).json().code, code, String(value)
    )
  }
  t.same(callsAtRoller(built), [])
})

test('rejects a fixed id that Nango cannot store at registration', async (t) => {
  for (const connection of ['..', 'é', 'x'.repeat(256)]) {
    await t.rejects(build(t, { options: { connection } }), { code: 'ROLLER_ERR_OPTIONS', message: /option connection is wrong/ })
  }
})

test('requires the connection in each call without the option', async (t) => {
  const built = await build(t)
  for (const headers of [{}, { 'connection-id': '' }]) {
    t.match(
      (await built.app.inject({ url: '/roller/venues/me', headers })).json(),
      { status: 400, code: 'ROLLER_ERR_CONNECTION_REQUIRED', hint: /Connection-Id/ }
    )
  }
  t.match(
    (await built.app.inject({ url: '/roller/venues/me', headers: { 'connection-id': 'nobody' } })).json(),
    { status: 404, code: 'ROLLER_ERR_CONNECTION_UNKNOWN' }
  )
  t.same(callsAtRoller(built), [])
})
