/** Clients can be generated from the OpenAPI document: what a generator cannot read or would name by a number is not in it. */
import type { Test } from 'tap'
import { test } from '../support/tap.ts'
import { KEY, service } from './fixture.ts'

type Node = Readonly<Record<string, unknown>>
interface Parameter { readonly name: string, readonly in: string, readonly required?: boolean, readonly schema: Node }
interface Body { readonly content?: Readonly<Record<string, { readonly schema: Node }>> }
interface Operation {
  readonly operationId: string
  readonly parameters?: readonly (Parameter | { $ref: string })[]
  readonly requestBody?: Body
  readonly responses: Readonly<Record<string, Body & { $ref?: string }>>
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: Readonly<Record<string, Readonly<Record<string, Node>>>>
}

async function read (t: Test): Promise<Document> {
  const { app } = await service(t, { API_KEYS: KEY })
  return (await app.inject('/openapi.json')).json()
}

const operationsOf = ({ paths }: Document): Operation[] => Object.values(paths).flatMap((item) => Object.values(item))

/** All objects of the document, with their places. */
function nodesOf (value: unknown, place = ''): [string, Node][] {
  if (typeof value !== 'object' || value === null) return []
  const below = Object.entries(value).flatMap(([key, child]) => nodesOf(child, `${place}/${key}`))
  return Array.isArray(value) ? below : [[place, value as Node], ...below]
}

test('names every request, every response, and the records of every report', async (t) => {
  const document = await read(t)
  const isUnnamed = (schema: Node = {}): boolean => schema.type === 'object' || (schema.type === 'array' && isUnnamed(schema.items as Node))
  const unnamed = operationsOf(document).flatMap(({ operationId, requestBody, responses }) => {
    const bodies = [requestBody, ...Object.values(responses)]
    return bodies.some((body) => isUnnamed(body?.content?.['application/json']?.schema)) ? [operationId] : []
  })
  t.same(unnamed, [])
  t.match(document.components['schemas'], {
    DeviceRecordPage: { properties: { items: { type: 'array', items: { $ref: '#/components/schemas/DeviceRecord' } } } },
    CreateBookingBody: { required: ['externalId', 'customer'] },
    RequestErrors: { properties: { errors: {} } }
  })
  const names = Object.values(document.components).flatMap((part) => Object.keys(part))
  t.same(names.filter((name) => /\d$/.test(name)), [])
  const theirs = new Set(operationsOf(document).flatMap(({ operationId: id }) => ['Request', 'Response', 'Params'].map((end) => id + end)))
  t.same(names.filter((name) => theirs.has(name.charAt(0).toLowerCase() + name.slice(1))), [], 'generators use these for their own types')
})

test('requires no parameter that has a default', async (t) => {
  const parameters = operationsOf(await read(t)).flatMap(({ parameters = [] }) => parameters)
  const wrong = parameters.filter((one) => 'schema' in one && one.required === true && 'default' in one.schema)
  t.same(wrong, [])
})

test('has no enum of values that differ in case only', async (t) => {
  const wrong = nodesOf(await read(t)).filter(([, { enum: values }]) =>
    Array.isArray(values) && new Set(values.map((value) => String(value).toLowerCase())).size < values.length)
  t.same(wrong.map(([place]) => place), [])
})

test('writes the rules for tags, of which a caller may send seven', async (t) => {
  const { components, paths } = await read(t)
  const rule = { propertyNames: { pattern: /^\^\[A-Za-z\]/ }, additionalProperties: { type: 'string' } }
  t.match(components['schemas']?.['CreateConnectionBody'], { properties: { tags: { ...rule, maxProperties: 7 } } })
  t.match(components['schemas']?.['CreateConnectSessionBody'], { properties: { tags: { ...rule, maxProperties: 7 } } })
  t.match(paths['/connections']?.['get']?.parameters, [{ name: 'tags', schema: rule, style: 'deepObject' }])
  t.equal((components['schemas']?.['Connection']?.properties as Record<string, Node>)['tags']?.propertyNames, undefined, 'any name')
})

test('has no fields that OpenAPI 3.1 does not allow in a path parameter', async (t) => {
  const wrong = nodesOf(await read(t)).filter(([, node]) => node.in === 'path' && ('allowReserved' in node || 'allowEmptyValue' in node))
  t.same(wrong, [])
})

test('declares the errors of /metrics', async (t) => {
  const { paths } = await read(t)
  t.match(paths['/metrics']?.['get']?.responses, {
    200: { content: { 'text/plain': {} } },
    '4XX': { $ref: '#/components/responses/GatewayError' },
    '5XX': { $ref: '#/components/responses/GatewayError' }
  })
})

test('declares a time without an offset as text: clients parse a date-time by RFC 3339', async (t) => {
  const wrong = nodesOf(await read(t)).filter(([, { format, anyOf, examples }]) => {
    const formats = [format, ...(Array.isArray(anyOf) ? anyOf as Node[] : []).map((one) => one.format)]
    return formats.includes('date-time') && Array.isArray(examples) && !examples.every((value) => /(Z|[+-]\d\d:\d\d)$/.test(String(value)))
  })
  t.same(wrong, [])
})
