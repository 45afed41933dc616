/** The OpenAPI document is complete, and its parts have the names that people and generators use. */
import { test } from 'tap'
import { KEY, service } from './fixture.ts'

interface Operation { operationId?: string, summary?: string, security?: unknown[], parameters?: { name: string, in: string, example?: string, $ref?: string }[] }
interface Document {
  openapi: string
  info: { version: string }
  security?: unknown[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, unknown>, securitySchemes?: Record<string, unknown> }
}

const operationsOf = (document: Document): [string, Operation][] =>
  Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]))

test('every operation has an id of its own and a summary', async (t) => {
  const { app } = await service(t, { API_KEYS: KEY })
  const document: Document = (await app.inject({ url: '/openapi.json' })).json()
  t.equal(document.openapi, '3.1.0')
  const operations = operationsOf(document)
  t.ok(operations.length > 80, `${operations.length} operations`)
  const ids = operations.map(([, { operationId }]) => operationId)
  t.notOk(ids.includes(undefined))
  t.equal(new Set(ids).size, ids.length)
  for (const [name, { summary }] of operations) t.match(summary, /\S/, name)
  for (const id of ['getVenue', 'createConnectSession', 'listConnections', 'checkConnection', 'getHealth']) t.ok(ids.includes(id), id)
})

test('with keys it has the security scheme, and the health needs none', async (t) => {
  const { app } = await service(t, { API_KEYS: KEY })
  const document: Document = (await app.inject({ url: '/openapi.json' })).json()
  t.match(document, { security: [{ apiKey: [] }], components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } } } })
  t.same(document.paths['/health']?.['get']?.security, [])
  const without: Document = (await (await service(t)).app.inject({ url: '/openapi.json' })).json()
  t.equal(without.security, undefined)
  t.equal(without.components.securitySchemes, undefined)
})

test('each call to ROLLER takes the connection\'s id, with one that works as the example', async (t) => {
  const { app } = await service(t)
  const document: Document = (await app.inject({ url: '/openapi.json' })).json()
  const calls = operationsOf(document).filter(([name]) => name.includes(' /roller/'))
  t.ok(calls.length > 75)
  for (const [name, { parameters = [] }] of calls) t.match(parameters.find((one) => one.name === 'Connection-Id'), { in: 'header', example: 'demo-venue' }, name)
})

test('shared schemas have names, and every reference leads somewhere', async (t) => {
  const { app } = await service(t)
  const text = (await app.inject({ url: '/openapi.json' })).body
  const document: Document = JSON.parse(text)
  for (const name of ['Problem', 'Connection', 'ConnectSession', 'CheckReport']) t.ok(document.components.schemas[name], name)
  t.notMatch(text, /def-\d/)
  t.notMatch(text, 'x-schema-name')
  t.notMatch(text, '"$id"')
  const references = new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => String(target)))
  t.ok(references.size > 5)
  for (const reference of references) t.ok(document.components.schemas[reference.replace('#/components/schemas/', '')], reference)
})
