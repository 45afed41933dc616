import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '../support/tap.ts'
import { catalogFacts, compare, count, documentFacts, report } from '../../openapi/drift.ts'
import { intendedDifferences, layIntended } from '../../openapi/intended-differences.ts'
import type { Operation } from '#plugin/operations/operation.js'
import { operations } from '#plugin/operations/operations.js'
import { Nullable, StringEnum, Type } from '#plugin/operations/schema.js'

type Json = Record<string, unknown>
const drift = fileURLToPath(import.meta.resolve('#root/dist/openapi/drift.js'))

/** The catalog as an OpenAPI document: every schema with an `$id` becomes a component, as in ROLLER's own documents. */
function toDocument (catalog: Readonly<Record<string, Operation>>): { paths: Record<string, Record<string, Json>>, components: Json } {
  const schemas: Json = {}
  const hoist = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(hoist)
    if (typeof node !== 'object' || node === null) return node
    const { $id, $ref, ...rest } = node as Json
    if (typeof $ref === 'string') return { $ref: `#/components/schemas/${$ref}` }
    const copy = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, name === 'examples' ? value : hoist(value)]))
    if (typeof $id !== 'string') return copy
    schemas[$id] = copy
    return { $ref: `#/components/schemas/${$id}` }
  }
  const content = (schema: unknown) => ({ content: { 'application/json': { schema: hoist(schema) } } })
  const paths: Record<string, Record<string, Json>> = {}
  for (const [key, { params, query, headers, body, responses }] of Object.entries(catalog)) {
    const [method = '', path = ''] = key.split(' ')
    const parameters = [['path', params], ['query', query], ['header', headers]] as const
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: {
        parameters: parameters.flatMap(([location, holder]) => Object.entries(holder?.properties ?? {}).map(([name, schema]) => ({
          name,
          in: location,
          required: holder?.required?.includes(name) ?? false,
          schema: hoist(schema)
        }))),
        ...(body !== undefined && { requestBody: content(body) }),
        responses: Object.fromEntries(Object.entries(responses).map(([status, { description, schema }]) => [
          status,
          { description, ...(schema !== undefined && content(schema)) }
        ]))
      }
    }
  }
  return structuredClone({ paths, components: { schemas } })
}

const differences = (document: Json, catalog: Readonly<Record<string, Operation>> = operations) =>
  compare(documentFacts([document]), catalogFacts(catalog))

/** Walks into a document. */
function at (document: unknown, ...steps: readonly string[]): Json {
  return steps.reduce<unknown>((node, step) => (node as Json)[step], document) as Json
}

test('finds no difference in a document generated from the catalog', async (t) => {
  const document = toDocument(operations)
  t.same(differences(document), [])
  t.equal(Object.keys(at(document, 'components', 'schemas')).length, 50)
  t.same(count(catalogFacts(operations)), count(documentFacts([document])))
  t.equal(count(catalogFacts(operations)).operations, 79)
})

test('compares every operation separately', async (t) => {
  const document = toDocument(operations)
  for (const key of Object.keys(operations)) {
    const [method = '', path = ''] = key.split(' ')
    const { [method.toLowerCase()]: _, ...others } = document.paths[path] ?? {}
    t.same(differences({ ...document, paths: { ...document.paths, [path]: others } }), [{ kind: 'removed', place: key }])
  }
})

test('detects a change of every single fact', async (t) => {
  const ours = catalogFacts(operations)
  const other = new Map([...ours].map(([place, facts]) => [place, { ...facts, type: 'other' }]))
  t.same(compare(other, ours).map(({ place }) => place), [...ours.keys()].sort())
  for (const place of [...ours.keys()].filter((_, index) => index % 20 === 0)) {
    const without = new Map(ours)
    without.delete(place)
    t.match(compare(without, ours)[0], { kind: 'removed', place })
    t.match(compare(ours, without)[0], { kind: 'added', place })
  }
})

test('reports changes of a document by place', async (t) => {
  const guest = (document: unknown) => at(document, 'components', 'schemas', 'Guest', 'properties')
  const search = (document: unknown) => at(document, 'paths', '/bookings', 'get')
  const cases: Array<[string, (document: Json) => void, object[]]> = [
    ['an operation more', (document) => { at(document, 'paths')['/parties'] = { get: { responses: { 200: {} } } } }, [
      { kind: 'added', place: 'GET /parties' }
    ]],
    ['a status more', (document) => { at(search(document), 'responses')['404'] = { description: 'None' } }, [
      { kind: 'added', place: 'GET /bookings > 404' }
    ]],
    ['a property less', (document) => { delete guest(document).gender }, [
      { kind: 'removed', place: 'GET /guests/{guestId} > 200 > gender' },
      { kind: 'removed', place: 'PUT /guests/{guestId} > body > gender' }
    ]],
    ['a nested object more', (document) => { guest(document).car = { type: 'object', properties: { plate: { type: 'string' } } } }, [
      { kind: 'added', place: 'GET /guests/{guestId} > 200 > car' },
      { kind: 'added', place: 'PUT /guests/{guestId} > body > car' }
    ]],
    ['another length', (document) => { at(guest(document), 'firstName').maxLength = 64 }, [
      { kind: 'changed', place: 'GET /guests/{guestId} > 200 > firstName', detail: 'maxLength 32 -> 64' },
      { kind: 'changed', place: 'PUT /guests/{guestId} > body > firstName', detail: 'maxLength 32 -> 64' }
    ]],
    ['a value of an enum more', (document) => { (at(guest(document), 'gender').enum as string[]).push('X') }, [
      {
        kind: 'changed',
        place: 'GET /guests/{guestId} > 200 > gender',
        detail: 'enum "Female" "Male" "Other" "PreferNotToSay" -> "Female" "Male" "Other" "PreferNotToSay" "X"'
      },
      { kind: 'changed', place: 'PUT /guests/{guestId} > body > gender' }
    ]],
    ['an enum of another type', (document) => { at(guest(document), 'gender').type = 'integer' }, [
      { kind: 'changed', place: 'GET /guests/{guestId} > 200 > gender', detail: 'type string -> integer' },
      { kind: 'changed', place: 'PUT /guests/{guestId} > body > gender' }
    ]],
    ['no longer nullable', (document) => { guest(document).phone = { type: 'string', maxLength: 20 } }, [
      { kind: 'changed', place: 'GET /guests/{guestId} > 200 > phone', detail: 'nullable true -> none' },
      { kind: 'changed', place: 'PUT /guests/{guestId} > body > phone', detail: 'nullable true -> none' }
    ]],
    ['no longer required', (document) => { at(document, 'components', 'schemas', 'Guest').required = ['lastName', 'email', 'phone'] }, [
      { kind: 'changed', place: 'GET /guests/{guestId} > 200 > firstName', detail: 'required true -> false' },
      { kind: 'changed', place: 'PUT /guests/{guestId} > body > firstName', detail: 'required true -> false' }
    ]],
    ['a parameter in another case', (document) => { at(search(document), 'parameters', '1').name = 'Date' }, [
      { kind: 'added', place: 'GET /bookings > query > Date' },
      { kind: 'removed', place: 'GET /bookings > query > date' }
    ]],
    ['a parameter in another place', (document) => { at(search(document), 'parameters', '1').in = 'header' }, [
      { kind: 'added', place: 'GET /bookings > header > date' },
      { kind: 'removed', place: 'GET /bookings > query > date' }
    ]],
    ['a parameter now required', (document) => { at(search(document), 'parameters', '1').required = true }, [
      { kind: 'changed', place: 'GET /bookings > query > date', detail: 'required false -> true' }
    ]],
    ['another format', (document) => { delete at(search(document), 'parameters', '1', 'schema').format }, [
      { kind: 'changed', place: 'GET /bookings > query > date', detail: 'format date -> none' }
    ]],
    ['inside the recursive model', (document) => {
      at(document, 'components', 'schemas', 'FormResponseQuestionAnswer', 'properties', 'answer').type = 'integer'
    }, [
      { kind: 'changed', place: 'GET /bookings/{uniqueId}/form-responses > 200 > formResponses[].responses[].answer' },
      { kind: 'changed', place: 'GET /signed-waivers/{signedWaiverId}/form-responses > 200 > responses[].answer' }
    ]]
  ]
  for (const [name, change, expected] of cases) {
    const document = toDocument(operations)
    change(document)
    t.match(differences(document), expected, name)
    t.equal(differences(document).length, expected.length, name)
  }
})

test('treats different spellings of a schema as equal', async (t) => {
  const response = Type.Object({
    id: Type.Integer(),
    kind: StringEnum(['a', 'b']),
    size: Type.Union([Type.Literal(0), Type.Literal(1)]),
    note: Type.Optional(Nullable(Type.String({ maxLength: 5 }))),
    tags: Type.Record(Type.String(), Type.String()),
    items: Type.Array(Type.Object({ name: Type.String() }))
  })
  const catalog = {
    'GET /things/{thingId}': {
      id: 'getThing',
      summary: 'Read a thing',
      tag: 'Things',
      rateLimit: 'rest',
      repeatable: true,
      params: Type.Object({ thingId: Type.String() }),
      responses: { 200: { description: 'The thing', schema: response } }
    }
  } satisfies Record<string, Operation>
  const document = {
    paths: {
      '/things/{thingId}': {
        parameters: [{ $ref: '#/components/parameters/thing~1Id' }],
        get: { responses: { 200: { $ref: '#/components/responses/Thing' } } }
      }
    },
    components: {
      parameters: { 'thing/Id': { name: 'thingId', in: 'path', required: true, schema: { example: 'x' } } },
      responses: { Thing: { description: 'A thing', content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } } },
      schemas: {
        Alias: { $ref: '#/components/schemas/Base' },
        Base: {
          properties: { id: { type: 'integer', default: 0 }, kind: { enum: ['b', 'a'] }, note: { type: ['string', 'null'], maxLength: 5 } },
          required: ['id', 'kind'],
          additionalProperties: false
        },
        Page: { type: 'object', properties: { items: { type: 'array', items: { type: 'object' } } }, required: ['items'] },
        Thing: {
          allOf: [
            { $ref: '#/components/schemas/Alias' },
            {
              type: 'object',
              required: ['size', 'tags'],
              properties: { size: { type: 'integer', enum: [0, 1] }, tags: { type: 'object', additionalProperties: { type: 'string' } } }
            },
            { $ref: '#/components/schemas/Page' },
            { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } }
          ]
        }
      }
    }
  }
  t.same(differences(document, catalog), [])
  document.components.schemas.Base.properties.note = { oneOf: [{ type: 'string' }, { type: 'null' }] } as never
  t.match(differences(document, catalog), [
    { kind: 'changed', place: 'GET /things/{thingId} > 200 > note', detail: 'maxLength 5 -> none' }
  ])
  document.components.schemas.Base.properties.note = { anyOf: [{ type: 'string' }, { type: 'integer' }], nullable: true } as never
  document.components.schemas.Base.required.push('ghost')
  t.match(differences(document, catalog), [
    { kind: 'added', place: 'GET /things/{thingId} > 200 > ghost' },
    { kind: 'changed', place: 'GET /things/{thingId} > 200 > note' },
    { kind: 'added', place: 'GET /things/{thingId} > 200 > note|1' },
    { kind: 'added', place: 'GET /things/{thingId} > 200 > note|2' }
  ])
  document.components.schemas.Alias.$ref = '#/components/schemas/Nothing'
  t.throws(() => differences(document, catalog), { message: 'cannot resolve #/components/schemas/Nothing' })
})

/** Reverts the intended differences of the catalog to ROLLER's own documents. */
function asRollerWritesIt (document: ReturnType<typeof toDocument>): ReturnType<typeof toDocument> {
  const component = (name: string): Json => at(document, 'components', 'schemas', name, 'properties')
  const operation = (key: string): Json => at(document, 'paths', key.split(' ')[1] ?? '', (key.split(' ')[0] ?? '').toLowerCase())
  const bodySchema = (key: string): Json => at(operation(key), 'requestBody', 'content', 'application/json', 'schema')
  const body = (key: string): Json => {
    const schema = bodySchema(key)
    return typeof schema.$ref === 'string' ? component(schema.$ref.split('/').at(-1) ?? '') : at(schema, 'properties')
  }
  const media = (key: string, status = '200'): Json => at(operation(key), 'responses', status, 'content', 'application/json')
  const never = (holder: Json, name: string): void => { holder[name] = (at(holder, name).anyOf as Json[])[0] }
  const first = (holder: Json, name: string): void => { holder[name] = at(holder, name, 'items') }
  const without = (schema: Json, ...values: string[]): void => {
    schema.enum = (schema.enum as string[]).filter((value) => !values.includes(value))
  }

  for (const [key, { rateLimit, responses }] of Object.entries(operations as Readonly<Record<string, Operation>>)) {
    if (rateLimit !== 'reporting') continue
    for (const { name, schema } of operation(key).parameters as { name: string, schema: Json }[]) {
      if (['startDate', 'endDate', 'date'].includes(name)) schema.format = 'date'
    }
    if (key !== 'GET /data/staffs' && 'items' in (responses[200]?.schema?.properties ?? {})) {
      media(key).schema = at(media(key), 'schema', 'properties', 'items', 'items')
    }
  }
  first(component('BookingDetail'), 'items')
  first(component('Items'), 'tickets')
  first(media('GET /webhooks'), 'schema')
  for (const name of ['purchaseDate', 'capacityReservationId', 'companyId']) never(body('POST /bookings/draft'), name)
  for (const name of ['DiscountCreate', 'Discount', 'DiscountUpdate']) never(component(name), 'usageLimitType')
  never(component('PaymentCreate'), 'transactionDate')
  never(body('POST /bookings/{uniqueId}/payments'), 'transactionDate')
  never(at(body('POST /redemptions'), 'tickets', 'items', 'properties'), 'redemptionDate')
  never(at(body('PUT /bookings/{uniqueId}'), 'newItems', 'items', 'properties'), 'priceOverride')
  never(at(body('PUT /bookings/{uniqueId}'), 'itemsToUpdate', 'items', 'properties', 'tickets', 'items', 'properties'), 'name')
  never(at(body('POST /discounts/validate'), 'items', 'items', 'properties'), 'priceOverride')
  without(at(body('POST /reporting/bulk'), 'exportType'), 'AuditLog')
  bodySchema('POST /bookings/{uniqueId}/payments/links').required = ['amount', 'email', 'phone']
  without(at(operation('POST /reporting/bulk'), 'parameters', '0', 'schema'), 'offset')
  const [text] = at(media('POST /giftcards/balance'), 'schema', 'properties', 'expiryDate').anyOf as [Json]
  text.format = 'date-time'
  for (const name of ['WebhookConfiguration', 'CreateWebhookConfiguration']) {
    without(at(component(name), 'webhooks', 'properties', 'paymentLink', 'properties', 'events', 'items'), 'Updated', 'Cancelled')
  }
  return document
}

test('ignores intended differences, and reports other changes at the same place', async (t) => {
  const document = asRollerWritesIt(toDocument(operations))
  t.not(differences(document).length, 0)
  const laid = (): unknown[] => {
    const { facts, settled } = layIntended(documentFacts([document]))
    return [...compare(facts, catalogFacts(operations)), ...settled]
  }
  t.same(laid(), [])
  const record = at(document, 'paths', '/data/tickets', 'get', 'responses', '200', 'content', 'application/json', 'schema', 'properties')
  record.colour = { type: 'string' }
  at(record, 'name').type = 'integer'
  t.same(laid(), [
    { kind: 'added', place: 'GET /data/tickets > 200 > items[].colour' },
    { kind: 'changed', place: 'GET /data/tickets > 200 > items[].name', detail: 'type string -> integer' }
  ])
})

test('requires a reason for an intended difference, and reports it once ROLLER agrees', async (t) => {
  const places = intendedDifferences.flatMap((entry) => {
    t.match(entry.why, /^[A-Z].*\.$/)
    return entry.places
  })
  t.ok(places.length > 60)
  t.equal(new Set(places).size, places.length)
  const { facts, settled } = layIntended(documentFacts([toDocument(operations)]))
  t.same([...settled].sort(), [...places].sort())
  t.same(compare(facts, catalogFacts(operations)), [])
  const folder = t.testdir({ 'caught-up.json': JSON.stringify(toDocument(operations)) })
  const { code, lines } = await report([join(folder, 'caught-up.json')])
  t.equal(code, 1)
  t.ok(lines.includes('settled POST /reporting/bulk > body > exportType: take its entry out of intended-differences.ts'))
})

test('reads the documents from files', async (t) => {
  const document = asRollerWritesIt(toDocument(operations))
  const { '/bookings': bookings, ...others } = document.paths
  const folder = t.testdir({
    'same.json': JSON.stringify(document),
    'first.json': JSON.stringify({ ...document, paths: { '/bookings': bookings } }),
    'second.json': JSON.stringify({ ...document, paths: others }),
    'broken.json': '{',
    'other.json': '{}'
  })
  const read = (...files: string[]) => report(files.map((file) => join(folder, file)))
  const { operations: total, request, response } = count(catalogFacts(operations))
  const same = `no difference: ${total} operations, ${request} request and ${response} response properties`
  t.same(await read('same.json'), { code: 0, lines: [same] })
  t.same(await read('first.json', 'second.json'), { code: 0, lines: [same] })
  t.same(await read('second.json'), { code: 1, lines: ['removed GET /bookings', 'removed POST /bookings'] })

  t.same(await read(), { code: 2, lines: ['drift: name at least one OpenAPI document (JSON)'] })
  t.match(await read('none.json'), { code: 2, lines: [/^drift: cannot read .*none\.json: ENOENT/] })
  t.match(await read('broken.json'), { code: 2, lines: [/^drift: cannot read .*broken\.json: /] })
  t.match(await read('other.json'), { code: 2, lines: [/^drift: .*other\.json is not an OpenAPI document: it has no paths$/] })

  const { status, stderr } = spawnSync(process.execPath, [drift], { encoding: 'utf8' })
  t.equal(status, 2)
  t.equal(stderr, 'drift: name at least one OpenAPI document (JSON)\n')
})
