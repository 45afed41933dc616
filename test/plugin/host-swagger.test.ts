/** A host that documents itself with @fastify/swagger gets the plugin's routes in its own document. */
import swagger from '@fastify/swagger'
import { test } from '../support/tap.ts'
import { build } from '../support/build.ts'

test('adds the routes to the host\'s OpenAPI document', async (t) => {
  const { app } = await build(t, {
    options: { prefix: '/api', identify: () => ({ tags: { a: 'b' } }) },
    host: async (app) => {
      await app.register(swagger, { openapi: { info: { title: 'The host', version: '1' } } })
      app.get('/own', { schema: { summary: 'Mine' } }, async () => 'own')
    }
  })
  await app.ready()
  const { info, paths = {} } = app.swagger() as {
    info: { title: string }, paths?: Record<string, Record<string, { operationId?: string }>>
  }
  t.equal(info.title, 'The host')
  t.ok(paths['/own'])
  for (const [path, methods] of Object.entries({
    '/api/connect-session': ['get', 'post'],
    '/api/connect-session/reconnect': ['post'],
    '/api/connections': ['get', 'post'],
    '/api/connections/{id}': ['delete', 'get', 'patch'],
    '/api/connections/{id}/check': ['get'],
    '/api/roller/venues/me': ['get'],
    '/api/roller/{path}': ['delete', 'get', 'patch', 'post', 'put']
  })) t.same(Object.keys(paths[path] ?? {}).sort(), methods, path)
  t.equal(paths['/api/roller/venues/me']?.['get']?.operationId, 'getVenue')
  t.doesNotThrow(() => app.swagger({ yaml: true }))
})
