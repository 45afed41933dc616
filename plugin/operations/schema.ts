/** Builders of ROLLER's schemas: re-exports TypeBox and adds the two shapes that ROLLER's documents use often and TypeBox lacks. */
import { Kind, Type, type TSchema, type TUnsafe } from '@sinclair/typebox'

export { Type, type Static, type TObject, type TSchema } from '@sinclair/typebox'

/**
 * A string from a fixed list, written as `enum` in the OpenAPI document. TypeBox's union of literals would become `anyOf` with single
 * values, which code generators and Swagger UI handle badly. TypeBox does not support the kind: see checker.ts.
 */
export function StringEnum<const T extends readonly string[]> (values: T, options: Record<string, unknown> = {}): TUnsafe<T[number]> {
  return Type.Unsafe<T[number]>({ ...options, [Kind]: 'StringEnum', type: 'string', enum: [...values] })
}

/** A value or null, in the notation of OpenAPI 3.1. */
export function Nullable<T extends TSchema> (schema: T, options: Record<string, unknown> = {}) {
  return Type.Union([schema, Type.Null()], options)
}
