/** A host's own OpenAPI document is valid with the plugin's routes in it. */
import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance } from 'fastify'
import roller from 'fastify-roller'
import { jsonSchemaTransform, serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import tap, { test } from '../support/tap.ts'
import { documentFaults } from './validate-document.ts'

tap.setTimeout(120_000) // a document of more than a megabyte, three validators, and the machine may be busy

/** Measured: 1.31 MB for one registration. Schemas stand by themselves, so each error and each header is written at each operation. */
const MAX_BYTES = 1_500_000

const options = { nango: { secretKey: 'x' }, authorize: 'open', connectPage: true, identify: () => null } as const
const info = { title: 'The host', version: '1' }

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, {
    readonly operationId?: string, readonly parameters?: readonly Readonly<Record<string, unknown>>[]
  }>>>>
}

async function documentOf (app: FastifyInstance): Promise<Document> {
  await app.ready()
  return app.swagger() as Document
}

/** The host's own route uses a schema of its own, with a name that the plugin has too. */
function ownRoutes (app: FastifyInstance): void {
  app.addSchema({ $id: 'Problem', type: 'object', properties: { mine: { type: 'string' } } })
  app.get('/own', { schema: { response: { 200: { $ref: 'Problem#' } } } }, async () => ({ mine: 'yes' }))
}

for (const openapi of ['3.0.3', '3.1.0']) {
  for (const registrations of [1, 2]) {
    test(`OpenAPI ${openapi}, ${registrations === 1 ? 'one registration' : 'two registrations'}`, async (t) => {
      const app = Fastify()
      t.teardown(() => app.close())
      await app.register(swagger, { openapi: { openapi, info } })
      ownRoutes(app)
      for (let number = 1; number <= registrations; number++) await app.register(roller, { ...options, prefix: `/api${number}` })
      const document = await documentOf(app)
      t.same(await documentFaults(document), [])
      const bytes = Buffer.byteLength(JSON.stringify(document))
      t.ok(bytes < MAX_BYTES * registrations, `${bytes} bytes`)
      const ids = Object.values(document.paths).flatMap((item) => Object.values(item).map(({ operationId }) => operationId))
      t.equal(new Set(ids).size, ids.length, 'every operation has an id of its own')
      t.ok(document.paths['/own'])
      t.match(document.paths['/api1/roller/{path}']?.['get']?.parameters, [{ name: 'path', in: 'path', required: true }])
      const tags = document.paths['/api1/connections']?.['get']?.parameters?.find(({ name }) => name === 'tags')
      t.match(tags, { style: 'deepObject', explode: true })
    })
  }
}

test('registered before @fastify/swagger', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(roller, { ...options, prefix: '/api' })
  await app.register(swagger, { openapi: { openapi: '3.1.0', info } })
  ownRoutes(app)
  const document = await documentOf(app)
  t.same(await documentFaults(document), [])
  t.same(Object.keys(document.paths), ['/own'], 'it documents the routes that are added after it, like those of every plugin')
})

test('a host that describes its routes with Zod', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  await app.register(swagger, { openapi: { openapi: '3.1.0', info }, transform: jsonSchemaTransform })
  await app.register(roller, { ...options, prefix: '/api' })
  app.withTypeProvider<ZodTypeProvider>().get(
    '/own', { schema: { querystring: z.object({ name: z.string().min(2) }), response: { 200: z.object({ name: z.string() }) } } },
    async ({ query }) => query
  )
  const document = await documentOf(app)
  t.same(await documentFaults(document), [])
  t.match(document.paths['/own']?.['get']?.parameters, [{ name: 'name', in: 'query' }])
  t.ok(document.paths['/api/roller/bookings'])
  t.equal((await app.inject('/own?name=x')).statusCode, 400, 'its own routes are validated by Zod')
  t.equal((await app.inject('/own?name=xy')).body, '{"name":"xy"}')
  t.equal((await app.inject('/api/connections?limit=0')).statusCode, 400, 'and those of the plugin as ever')
})

test('the route config of the host may describe the routes in its own way', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(swagger, { openapi: { openapi: '3.1.0', info } })
  ownRoutes(app)
  const config = { swaggerTransform: ({ url }: { url: string }) => ({ schema: { hide: true }, url }) }
  await app.register(roller, { ...options, config: config as object })
  t.same(Object.keys((await documentOf(app)).paths), ['/own'])
})
