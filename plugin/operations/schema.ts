/**
 * The one door to TypeBox for schemas of ROLLER's contract: the library's builders plus the two shapes that ROLLER's documents use all the
 * time and TypeBox has no builder for.
 */
import { Kind, Type, type TSchema, type TUnsafe } from '@sinclair/typebox'

export { Type, type Static, type TObject, type TSchema } from '@sinclair/typebox'

/**
 * A string out of a fixed list, written as `enum` in the OpenAPI document. TypeBox's own union of literals would come out as `anyOf` with
 * one value each, which code generators and Swagger UI show badly. TypeBox does not know the kind: see checker.ts.
 */
export function StringEnum<const T extends readonly string[]> (values: T, options: Record<string, unknown> = {}): TUnsafe<T[number]> {
  return Type.Unsafe<T[number]>({ ...options, [Kind]: 'StringEnum', type: 'string', enum: [...values] })
}

/** A value or null, the way OpenAPI 3.1 says it. */
export function Nullable<T extends TSchema> (schema: T, options: Record<string, unknown> = {}) {
  return Type.Union([schema, Type.Null()], options)
}
