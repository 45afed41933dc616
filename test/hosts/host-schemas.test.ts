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
