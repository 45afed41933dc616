/** A validation message has the expected and the actual value, but repeats no text that could be secret or personal. */
import { test } from '../support/tap.ts'
import { Nullable, StringEnum, Type, type TSchema } from '#plugin/operations/schema.js'
import { validateValue } from '#plugin/operations/validate.js'

const dateTime = Type.String({ format: 'date-time' })
const rows: [schema: TSchema, value: unknown, detail: string, pointer?: string][] = [
  [dateTime, 'soon', 'must be a date-time such as 2026-11-30T09:30:00 (the venue\'s local time) or 2026-11-30T09:30:00+10:00 ' +
    '(an instant), not "soon"'],
  [Nullable(Type.String({ format: 'date' })), 'soon', 'must be a date such as 2026-11-30 or null, not "soon"'],
  [Nullable(Type.String({ format: 'date' })), 7, 'must be a date such as 2026-11-30 or null, not 7'],
  [Type.Record(Type.String(), Type.String({ format: 'date' })), { 'a/b': 'soon' }, 'must be a date such as 2026-11-30, not "soon"',
    '/body/a~1b'],
  [Type.String({ format: 'email' }), `a@b.${'c'.repeat(320)}`, 'must be an email address, not a string'],
  [StringEnum(['Adult', 'Child']), 'adult', 'must be one of Adult, Child, not "adult"'],
  [Nullable(StringEnum(['Adult', 'Child'])), 'adult', 'must be one of Adult, Child or null, not "adult"'],
  [Type.Integer(), '2', 'must be an integer, not "2"'],
  [Type.Integer({ minimum: 1 }), 0, 'must be 1 or more, not 0'],
  [Type.String(), 5, 'must be a string, not a number'],
  [Type.String({ maxLength: 3 }), 'hunter2', 'must have at most 3 characters, not 7'],
  [Type.Array(Type.Integer(), { minItems: 1 }), [], 'must have at least 1 items, not 0'],
  [Type.Object({ a: Type.String() }), {}, 'is missing', '/body/a'],
  [Type.Object({ a: Type.String() }, { additionalProperties: false }), { a: '', b: 1 }, 'is not a known property', '/body/b'],
  [Type.Object({}, { minProperties: 1 }), {}, 'must have at least 1 properties, not 0'],
  [Type.Record(Type.String(), Type.Null(), { maxProperties: 1 }), { a: null, b: null }, 'must have at most 1 properties, not 2'],
  [Type.Record(Type.String({ pattern: '^[a-z]+$' }), Type.Null(), { additionalProperties: false }), { 'a b': null },
    'must have a name of the form ^[a-z]+$', '/body/a b'],
  [Nullable(Type.Object({ a: Type.Object({ b: Type.Integer() }) })), { a: { b: 'x' } }, 'must be an integer, not "x"', '/body/a/b'],
  [Nullable(Type.Array(Type.Object({ day: dateTime }))), [{ day: '2026-11-30' }], 'must be a date-time such as 2026-11-30T09:30:00 ' +
    '(the venue\'s local time) or 2026-11-30T09:30:00+10:00 (an instant), not "2026-11-30"', '/body/0/day'],
  [Type.Record(Type.String(), Type.String({ format: 'uuid' })), { a: 'b' }, 'must be a UUID, not "b"', '/body/a'],
  [Type.Integer(), 'x'.repeat(100), 'must be an integer, not a string'],
  [Type.Union([Type.String(), Type.Null()]), true, 'must be a string or null, not a boolean']
]

for (const [schema, value, detail, pointer = '/body'] of rows) {
  test(`${JSON.stringify(value)}: ${detail}`, async (t) => {
    t.same(validateValue(schema, value, '/body'), [{ pointer, detail }])
  })
}

test('names 50 errors at most', async (t) => {
  t.equal(validateValue(Type.Array(Type.Integer()), Array(60).fill('x'), '/body').length, 50)
})
