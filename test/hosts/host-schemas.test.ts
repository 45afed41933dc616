/** Schemas and compilers of the host do not reach the plugin's routes, whether they are added before or after it. */
import { test } from '../support/tap.ts'
import { build, VENUE } from '../support/build.ts'

test('a schema that the host adds after the plugin leaves its routes as they are', async (t) => {
  const { app } = await build(t)
  app.addSchema({ $id: 'Problem', type: 'object' })
  app.setValidatorCompiler(() => () => ({ error: new Error('the host\'s validator') }))
  app.setSerializerCompiler(() => () => '"the host\'s serializer"')
  t.equal((await app.inject('/connections?limit=0')).json().code, 'ROLLER_ERR_VALIDATION')
  t.match((await app.inject('/connections')).json(), { connections: [{ connectionId: 'demo-venue' }] })
  t.equal((await app.inject({ url: '/roller/venues/me', headers: VENUE })).statusCode, 200)
  t.match((await app.inject({ url: '/roller/bookings?date=soon', headers: VENUE })).json(), { code: 'ROLLER_ERR_VALIDATION' })
})

test('a reply serializer of the host does not write the plugin\'s responses', async (t) => {
  const late = (await build(t)).app
  const { app: early } = await build(t, { host: (app) => { app.setReplySerializer(() => '"the host\'s"') } })
  late.setReplySerializer(() => '"the host\'s"')
  for (const app of [early, late]) {
    app.get('/own', async () => ({}))
    t.match((await app.inject('/connections')).json(), { connections: [{ connectionId: 'demo-venue' }] })
    t.equal((await app.inject('/own')).json(), 'the host\'s')
  }
})

test('headers that the host\'s onRoute hook adds to every route leave the plugin\'s routes as they are', async (t) => {
  const { app } = await build(t, {
    host: (app) => {
      app.addHook('onRoute', (route) => {
        route.schema = { ...route.schema, headers: { type: 'object', properties: { 'x-tenant': { type: 'string' } } } }
      })
    }
  })
  t.match((await app.inject('/connections')).json(), { connections: [{ connectionId: 'demo-venue' }] })
  t.equal((await app.inject('/connections?limit=0')).json().code, 'ROLLER_ERR_VALIDATION')
})

test('an onRoute hook that replaces a schema stops the start, since input would not be validated', async (t) => {
  const { app } = await build(t, {
    host: (app) => {
      app.addHook('onRoute', (route) => {
        if (route.url === '/connections' && route.method === 'GET') route.schema = { querystring: { type: 'object' } }
      })
    }
  })
  await t.rejects(async () => await app.ready(), { message: /GET: \/connections.*an onRoute hook replaced the schema of querystring/ })
})
