/** The OpenAPI document is complete, with names for people and generators. */
import { test } from '../support/tap.ts'
import { KEY, service } from './fixture.ts'

interface Operation {
  operationId?: string, summary?: string, security?: unknown[], parameters?: { name: string, in: string, example?: string, $ref?: string }[]
}
interface Document {
  openapi: string
  info: { version: string }
  security?: unknown[]
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, unknown>,
    headers?: Record<string, unknown>,
    parameters: Record<string, unknown>,
    responses: Record<string,
    Record<string, object>>,
    securitySchemes?: Record<string, unknown>
  }
}

const operationsOf = (document: Document): [string, Operation][] =>
  Object.entries(document.paths).flatMap(
    ([path, methods]) => Object.entries(methods).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation])
  )

test('has a unique id and a summary for every operation', async (t) => {
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

test('declares the security scheme with keys, except for health', async (t) => {
  const { app } = await service(t, { API_KEYS: KEY })
  const document: Document = (await app.inject({ url: '/openapi.json' })).json()
  t.same(document.security, [{ apiKey: [] }])
  t.match(document, { components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } } } })
  t.same(document.paths['/health']?.['get']?.security, [])
  const without: Document = (await (await service(t)).app.inject({ url: '/openapi.json' })).json()
  t.equal(without.security, undefined)
  t.equal(without.components.securitySchemes, undefined)
})

test('declares the connection\'s id for each call to ROLLER, with a working example', async (t) => {
  const { app } = await service(t)
  const document: Document = (await app.inject({ url: '/openapi.json' })).json()
  const calls = operationsOf(document).filter(([name]) => name.includes(' /roller/'))
  t.ok(calls.length > 75)
  t.match(document.components.parameters['Connection-Id'], { in: 'header', example: 'demo-venue' })
  for (const [name, { parameters = [] }] of calls) {
    t.ok(parameters.some(({ $ref }) => $ref === '#/components/parameters/Connection-Id'), name)
  }
})

test('declares the request and response headers of ROLLER\'s operations', async (t) => {
  const { app } = await service(t, { API_KEYS: KEY })
  const document = (await app.inject({ url: '/openapi.json' })).json()
  // Collected, since thousands of assertions take tap longer than the rest.
  const wrong: string[] = []
  const expect = (holds: boolean, what: string): void => { if (!holds) wrong.push(what) }
  for (const [name, operation] of operationsOf(document).filter(([name]) => name.includes(' /roller/'))) {
    const { parameters = [], responses } = operation as Operation & { responses: Record<string, { headers?: object, content?: object }> }
    const sent = parameters.flatMap(({ $ref }) => $ref?.split('#/components/parameters/')[1] ?? [])
    const typed = !name.endsWith('/{path}')
    for (const header of ['Connection-Id', 'Roller-Venue', 'Roller-Max-Wait', 'X-Request-Id', ...(typed ? ['Roller-Validation'] : [])]) {
      expect(sent.includes(header), `${name}: ${header}`)
    }
    for (const [status, response] of Object.entries(responses)) {
      const shares = (response as { $ref?: string }).$ref?.split('/').at(-1)
      const { headers = {}, content = {} } = shares === undefined ? response : document.components.responses[shares]
      const error = /^[45]/.test(status)
      for (
        const header of ['Roller-Answered-By', 'RateLimit', 'RateLimit-Policy', 'X-Request-Id', error ? 'Retry-After' : 'Roller-Time-Zone']
      ) {
        const { $ref } = (headers as Record<string, { $ref?: string }>)[header] ?? {}
        expect($ref === `#/components/headers/${header}`, `${name} ${status}: ${header}`)
      }
      const shared = typed && name.startsWith('get ') && !error
      expect(('Cache-Status' in headers && 'Age' in headers) === shared, `${name} ${status}: Cache-Status`)
      // ROLLER's own errors pass beside the gateway's.
      expect(!error || Object.keys(content).sort().join() === 'application/json,application/problem+json', `${name} ${status}: media types`)
    }
  }
  t.same(wrong, [])
  for (const header of ['Roller-Answered-By', 'RateLimit', 'Retry-After', 'Roller-Warning', 'Age']) {
    t.match(document.components.headers[header], { description: /./, schema: { type: String } }, header)
  }
  t.match(document.paths['/roller/data/tickets'].get.responses['200'].headers, { 'Roller-Warning': {} })
  const own = document.paths['/connections'].get.responses['4XX'].$ref.split('/').at(-1)
  t.same(Object.keys(document.components.responses[own].content), ['application/problem+json'], 'a route of the gateway\'s own')
})

test('declares no body where there is none, and 201 as the single success where ROLLER returns it', async (t) => {
  const { app } = await service(t, { API_KEYS: KEY })
  const { paths } = (await app.inject({ url: '/openapi.json' })).json()
  t.notOk('content' in paths['/roller/bookings/{uniqueId}'].delete.responses['200'])
  t.same(Object.keys(paths['/roller/bookings'].post.responses), ['201', '409', '4XX', '5XX'])
})

test('documents ROLLER\'s surprising behavior', async (t) => {
  const { app } = await service(t, { API_KEYS: KEY })
  const { paths } = (await app.inject({ url: '/openapi.json' })).json()
  const descriptions = {
    'post /roller/bookings': /same email.*name, phone.*overwritten/,
    'post /roller/bookings/draft': /same email.*overwritten/,
    'get /roller/bookings': /Cancelled bookings.*not found/,
    'get /roller/bookings/{uniqueId}': /PartiallyPaid contains Paid.*negative/,
    'post /roller/bookings/{uniqueId}/payments': /refund is a payment with a negative amount/,
    'get /roller/data/bookingitems': /PartiallyPaid contains Paid/,
    'get /roller/data/bookingpayments': /negative/
  }
  for (const [name, text] of Object.entries(descriptions)) {
    const [method = '', path = ''] = name.split(' ')
    t.match(paths[path][method].description, text, name)
  }
})

test('names shared schemas, and resolves every reference', async (t) => {
  const { app } = await service(t)
  const text = (await app.inject({ url: '/openapi.json' })).body
  const document: Document = JSON.parse(text)
  for (const name of ['Problem', 'Connection', 'ConnectSession', 'CheckReport']) t.ok(document.components.schemas[name], name)
  t.notMatch(text, /def-\d/)
  t.notMatch(text, 'x-schema-name')
  t.notMatch(text, '"$id"')
  const references = new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => String(target)))
  t.ok(references.size > 5)
  const known = Object.entries(document.components).flatMap(([part, named]) => Object.keys(named ?? {}).map((name) => `${part}/${name}`))
  for (const reference of references) t.ok(known.includes(reference.replace('#/components/', '')), reference)
})
