/**
 * The one door to TypeBox for schemas of ROLLER's contract: the library's builders plus the two shapes that ROLLER's documents use all the
 * time and TypeBox has no builder for.
 */
import { FormatRegistry, Kind, Type, TypeRegistry, type TSchema, type TUnsafe } from '@sinclair/typebox'
import { isDate, momentOf } from '../time/date.ts'

export { Type, type Static, type TObject, type TSchema } from '@sinclair/typebox'

/**
 * A string out of a fixed list, written as `enum` in the OpenAPI document. TypeBox's own union of literals would come out as `anyOf` with
 * one value each, which code generators and Swagger UI show badly.
 */
export function StringEnum<const T extends readonly string[]> (values: T, options: Record<string, unknown> = {}): TUnsafe<T[number]> {
  return Type.Unsafe<T[number]>({ ...options, [Kind]: 'StringEnum', type: 'string', enum: [...values] })
}

/** A value or null, the way OpenAPI 3.1 says it. */
export function Nullable<T extends TSchema> (schema: T, options: Record<string, unknown> = {}) {
  return Type.Union([schema, Type.Null()], options)
}

if (!TypeRegistry.Has('StringEnum')) {
  TypeRegistry.Set<{ enum: string[] }>('StringEnum', (schema, value) => typeof value === 'string' && schema.enum.includes(value))
}

const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d|:60)?(\.\d+)?$/
const OFFSET = /(Z|[+-]([01]\d|2[0-3]):?[0-5]\d)$/i

const formats: Record<string, (text: string) => boolean> = {
  date: isDate,
  /** ROLLER: a date-time without an offset is the venue's local time, so an offset is allowed and not required. */
  'date-time': (text) => !isDate(text) && momentOf(text) !== null,
  /** Of this project: filters of reports take both. Tools that do not know a format take any text for it. */
  'date-or-date-time': (text) => momentOf(text) !== null,
  time: (text) => TIME.test(text.replace(OFFSET, '')),
  uri: (text) => URL.canParse(text),
  uuid: (text) => /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text),
  email: (text) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) && text.length <= 320
}
for (const [name, check] of Object.entries(formats)) {
  if (!FormatRegistry.Has(name)) FormatRegistry.Set(name, check)
}
