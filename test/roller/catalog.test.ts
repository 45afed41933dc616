import { checkerOf } from '#plugin/operations/checker.js'
import { isDeepStrictEqual } from 'node:util'
import { test } from '../support/tap.ts'
import type { Operation } from '#plugin/operations/operation.js'
import { operations } from '#plugin/operations/operations.js'
import type { Static, TSchema } from '#plugin/operations/schema.js'
import type { BookingDetail } from '#plugin/operations/schemas/bookings.js'
import type { bookingStatuses } from '#plugin/operations/schemas/common.js'
import { FormResponseQuestionAnswer } from '#plugin/operations/schemas/forms.js'

const entries: Array<[string, Operation]> = Object.entries(operations)

/** Every schema of an operation, with its place. */
const schemas: Array<[string, TSchema]> = entries.flatMap(([key, { params, query, headers, body, responses }]) => [
  ...Object.entries({ params, query, headers, body }),
  ...Object.entries(responses).map(([status, { schema }]) => [status, schema] as const)
].flatMap<[string, TSchema]>(([place, schema]) => schema === undefined ? [] : [[`${key} ${place}`, schema]]))

/** Visits a schema and all nested ones. */
function visit (schema: TSchema, place: string, see: (schema: TSchema, place: string) => void): void {
  see(schema, place)
  for (const [name, property] of Object.entries<TSchema>({ ...schema.properties, ...schema.patternProperties })) {
    visit(property, `${place}.${name}`, see)
  }
  if (schema.items !== undefined) visit(schema.items, `${place}[]`, see)
  for (const choice of schema.anyOf ?? []) visit(choice, place, see)
}

test('contains every operation once', async (t) => {
  t.equal(entries.length, 79)
  t.equal(entries.filter(([, { rateLimit }]) => rateLimit === 'rest').length, 55)
  t.equal(entries.filter(([, { rateLimit }]) => rateLimit === 'reporting').length, 23)
  t.same(entries.filter(([, { rateLimit }]) => rateLimit === 'bulk').map(([key]) => key), ['POST /reporting/bulk'])
  t.equal(new Set(entries.map(([, { id }]) => id)).size, 79)
  for (const [key, { id, tag, summary }] of entries) {
    t.match(key, /^(GET|POST|PUT|DELETE) \/[\w/{}-]+$/)
    t.match(id, /^[a-z][a-zA-Z]+$/, key)
    t.match(summary, /^[A-Z].*[^.]$/, key)
    t.not(tag, '', key)
  }
})

test('groups operations by domain', async (t) => {
  const tags = entries.map(([, { tag }]) => tag)
  t.equal(tags.filter((tag, index) => tag !== tags[index - 1]).length, new Set(tags).size)
})

test('declares exactly the path parameters of the template', async (t) => {
  for (const [key, { params }] of entries) {
    const names = [...key.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    t.same(Object.keys(params?.properties ?? {}), names, key)
    t.same(params?.required ?? [], names, key)
  }
})

test('marks idempotent operations', async (t) => {
  const repeatable = entries.filter(([, operation]) => operation.repeatable).map(([key]) => key)
  t.same(repeatable.filter((key) => !key.startsWith('GET ')).sort(), [
    'POST /bookings/draft/costs', 'POST /discounts/validate', 'POST /giftcards/balance'
  ])
  t.same(entries.filter(([key, operation]) => key.startsWith('GET ') && !operation.repeatable), [])
  t.same(entries.filter(([key, { body }]) => key.startsWith('GET ') && body !== undefined), [])
})

test('documents a success of every operation', async (t) => {
  for (const [key, { responses }] of entries) {
    t.equal(Object.keys(responses).filter((status) => status.startsWith('2')).length, 1, key)
  }
})

test('has schemas that compile', async (t) => {
  for (const [place, schema] of schemas) t.doesNotThrow(() => checkerOf(schema), place)
})

test('has examples that fit their schemas', async (t) => {
  let examples = 0
  for (const [place, schema] of schemas) {
    visit(schema, place, (part, where) => {
      for (const example of part.examples ?? []) {
        examples++
        if (!checkerOf(part).check(example)) t.fail(`${where}: ${JSON.stringify(example)}`)
      }
    })
  }
  t.ok(examples > 500)
})

test('uses each schema name for one model', async (t) => {
  const models = new Map<string, TSchema>()
  for (const [place, schema] of schemas) {
    visit(schema, place, (part, where) => {
      const name = part.$id
      if (name === undefined) return
      const plain = JSON.parse(JSON.stringify(part)) as TSchema
      const known = models.get(name)
      if (known !== undefined && !isDeepStrictEqual(known, plain)) t.fail(`${where}: another ${name}`)
      models.set(name, plain)
      t.match(name, /^[A-Z]\w+$/)
    })
  }
  // ROLLER's 51 less Page, which is only the base of the page of staff.
  t.equal(models.size, 50)
})

test('accepts unknown properties, and fills in no defaults', async (t) => {
  for (const [place, schema] of schemas) {
    visit(schema, place, (part, where) => {
      if (part.additionalProperties === false) t.fail(`${where}: closed`)
      if ('default' in part) t.fail(`${where}: default`)
    })
  }
})

test('validates what ROLLER requires of bodies', async (t) => {
  const body = operations['POST /bookings'].body
  const item = { productId: 1, quantity: 2, bookingDate: '2030-01-31' }
  const booking: Static<typeof body> = {
    externalId: 'order-1',
    customer: { firstName: 'Ada', lastName: 'Byron', email: 'ada@example.com', phone: '1' },
    items: [item]
  }
  t.ok(checkerOf(body).check(booking))
  t.ok(checkerOf(body).check({ ...booking, capacityReservationId: null, metadata: { group: '1' }, somethingNew: 1 }))
  t.notOk(checkerOf(body).check({ ...booking, items: [{ ...item, quantity: '2' }] }))
  t.notOk(checkerOf(body).check({ ...booking, externalId: 'x'.repeat(65) }))
  t.notOk(checkerOf(body).check({ ...booking, customer: {} }))
  t.notOk(checkerOf(body).check({ ...booking, metadata: { group: 1 } }))
})

test('derives types from the schemas', async (t) => {
  const booking: Static<typeof BookingDetail> = { status: 'Paid', metadata: { group: '1' } }
  const status: typeof bookingStatuses[number] | undefined = booking.status
  t.equal(status, 'Paid')
  const entry: Static<typeof FormResponseQuestionAnswer> = { groupName: 'a', items: [{ items: [{ question: 'b', answer: 'c' }] }] }
  t.ok(checkerOf(FormResponseQuestionAnswer).check(entry))
  t.notOk(checkerOf(FormResponseQuestionAnswer).check({ items: [{ items: [{ answer: 1 }] }] }))
})
