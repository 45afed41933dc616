/** Errors of the host's own hooks go to the host's error handler; the plugin's errors become problems, whatever that handler does. */
import { test } from '../support/tap.ts'
import { build, callsAtRoller, VENUE } from '../support/build.ts'

class LoginNeeded extends Error { readonly statusCode = 401 }
class Expired extends Error {}

const URLS = ['/roller/venues/me', '/roller/any/thing', '/connections'] as const

for (const hook of ['onRequest', 'preHandler'] as const) {
  for (const failure of [new LoginNeeded('log in'), new Expired('again')]) {
    test(`passes a ${failure.constructor.name} thrown in ${hook} to the host's error handler`, async (t) => {
      const built = await build(t, {
        host: (app) => {
          app.addHook(hook, async () => { throw failure })
          app.setErrorHandler(
            (error, _request, reply) => reply.code(error instanceof LoginNeeded ? 401 : 440).send(
              { host: (error as Error).constructor.name }
            )
          )
        }
      })
      for (const url of URLS) {
        const response = await built.app.inject({ url, headers: VENUE })
        t.equal(response.statusCode, failure instanceof LoginNeeded ? 401 : 440, url)
        t.same(response.json(), { host: failure.constructor.name }, url)
      }
      t.same(callsAtRoller(built), [])
    })
  }
}

test('keeps the response of a hook', async (t) => {
  const { app } = await build(
    t, { host: (app) => { app.addHook('preHandler', async (_request, reply) => reply.code(402).send('pay first')) } }
  )
  for (const url of URLS) {
    const response = await app.inject({ url, headers: VENUE })
    t.equal(response.statusCode, 402)
    t.equal(response.body, 'pay first')
  }
})

test('separates the error handlers of plugin and host', async (t) => {
  const { app } = await build(t, {
    options: { identify: () => { throw new Expired('log in') } },
    host: (app) => {
      app.setErrorHandler((error, _request, reply) => reply.code(599).send({ host: (error as Error).message }))
      app.get('/own', async () => { throw new Error('mine') })
    }
  })
  t.match((await app.inject({ url: '/connections?limit=0' })).json(), { status: 400, code: 'ROLLER_ERR_VALIDATION' })
  t.match((await app.inject({ url: '/roller/venues/me' })).json(), { status: 400, code: 'ROLLER_ERR_CONNECTION_REQUIRED' })
  t.match(
    (await app.inject({ method: 'POST', url: '/connections', payload: '{', headers: { 'content-type': 'application/json' } })).json(),
    { code: 'ROLLER_ERR_VALIDATION' }
  )
  t.same((await app.inject({ url: '/own' })).json(), { host: 'mine' })
  t.same((await app.inject({ url: '/connections' })).json(), { host: 'log in' }, 'a function of the host\'s counts as the host')
})

test('hides the text of an unexpected error of the plugin', async (t) => {
  const { app, log } = await build(
    t,
    {
      options: { identify: () => ({ tags: {} }) },
      host: (app) => { app.setErrorHandler((_error, _request, reply) => reply.code(599).send()) }
    }
  )
  const response = await app.inject({ url: '/connections' })
  t.match(response.json(), { status: 500, code: 'ROLLER_ERR_INTERNAL', instance: /^req-/ })
  t.notMatch(response.body, 'identify')
  t.match(log(), 'identify() gave neither tags nor connections', 'the log says what it was')
})
