/**
 * Checks values against schemas. TypeBox's registries of kinds and formats are neither read nor written: they are shared with the host,
 * whose `StringEnum` or `date-time` may differ. TypeBox checks a copy of the schema without them; formats are checked afterwards. The
 * schemas are made of objects, records, arrays and unions: no tuples, no `allOf`, no `not`, no schema of additional properties.
 */
import { Kind, Type, type TSchema } from '@sinclair/typebox'
import { TypeCompiler, type TypeCheck } from '@sinclair/typebox/compiler'
import type { ValueError } from '@sinclair/typebox/value'
import { formats } from './formats.ts'
import { pointerSegment } from '../util/json.ts'

export interface Checker {
  readonly check: (value: unknown) => boolean
  /** The errors, outermost first. */
  readonly errors: (value: unknown) => Iterable<Mismatch>
}

export type Mismatch = Pick<ValueError, 'path' | 'schema' | 'value' | 'message'> & Partial<Pick<ValueError, 'type'>>

const checkers = new WeakMap<TSchema, Checker>()
const copies = new WeakMap<TSchema, TSchema>()

/** Compiled at its first use. */
export function checkerOf (schema: TSchema): Checker {
  let checker = checkers.get(schema)
  if (checker === undefined) checkers.set(schema, checker = compile(schema))
  return checker
}

function compile (schema: TSchema): Checker {
  const compiled: TypeCheck<TSchema> = TypeCompiler.Compile(copyOf(schema))
  if (!hasFormat(schema)) return { check: (value) => compiled.Check(value), errors: (value) => compiled.Errors(value) }
  return {
    check: (value) => compiled.Check(value) && noneOf(formatErrors(schema, value, '')),
    errors: function * (value) {
      yield * compiled.Errors(value)
      yield * formatErrors(schema, value, '')
    }
  }
}

/** The key under which a copy keeps the format. */
const FORMAT = Symbol('format')

/** Also resolves a copy, which TypeBox's errors refer to. */
export function formatOf ({ format, [FORMAT]: hidden }: TSchema & { [FORMAT]?: string }): string | undefined { return format ?? hidden }

/** The schema for TypeBox: enums as unions of their values, without formats. */
function copyOf (schema: TSchema): TSchema {
  let copy = copies.get(schema)
  if (copy === undefined) copies.set(schema, copy = makeCopy(schema))
  return copy
}

function makeCopy (schema: TSchema): TSchema {
  const { format, ...rest } = schema
  const copy: Record<string | symbol, unknown> = { ...rest, [FORMAT]: format }
  if (schema[Kind] === 'StringEnum') {
    copy[Kind] = 'Union'
    copy.anyOf = (schema.enum as string[]).map((value) => Type.Literal(value))
  }
  for (const key of ['properties', 'patternProperties']) {
    if (isSchemas(schema[key])) copy[key] = mapValues(schema[key], copyOf)
  }
  if (isSchema(schema.items)) copy.items = copyOf(schema.items)
  if (Array.isArray(schema.anyOf)) copy.anyOf = schema.anyOf.map(copyOf)
  return copy as unknown as TSchema // same kind as the original
}

/** Checks only strings whose schema has a format; TypeBox reports all other errors. */
function * formatErrors (schema: TSchema, value: unknown, path: string): Iterable<Mismatch> {
  if (!hasFormat(schema)) return
  if (typeof value === 'string' && typeof schema.format === 'string') {
    if (formats[schema.format]?.matches(value) === false) yield { path, schema, value, message: `is not a ${schema.format}` }
    return
  }
  if (Array.isArray(schema.anyOf)) {
    const fitting = (schema.anyOf as TSchema[]).filter((variant) => checkerOf(copyOf(variant)).check(value))
    if (fitting.length > 0 && !fitting.some((variant) => noneOf(formatErrors(variant, value, path)))) {
      yield { path, schema, value, message: 'fits none of several' }
    }
    return
  }
  if (Array.isArray(value) && isSchema(schema.items)) {
    for (const [index, item] of value.entries()) yield * formatErrors(schema.items, item, `${path}/${index}`)
  } else if (isSchemas(value)) {
    for (const [name, property] of Object.entries(value)) {
      const own = propertySchema(schema, name)
      if (own !== null) yield * formatErrors(own, property, path + pointerSegment(name))
    }
  }
}

const withFormat = new WeakMap<TSchema, boolean>()

function hasFormat (schema: TSchema): boolean {
  let has = withFormat.get(schema)
  if (has === undefined) withFormat.set(schema, has = typeof schema.format === 'string' || partsOf(schema).some(hasFormat))
  return has
}

function partsOf (schema: TSchema): TSchema[] {
  const { properties = {}, patternProperties = {}, items, anyOf = [] } = schema
  const named = [properties, patternProperties].flatMap((schemas) => Object.values(schemas as Record<string, TSchema>))
  return [...named, ...[items].filter(isSchema), ...anyOf]
}

/** The schema of a named property, or of a record's entry. */
function propertySchema ({ properties = {}, patternProperties = {} }: TSchema, name: string): TSchema | null {
  if (Object.hasOwn(properties as object, name)) return properties[name] as TSchema
  const pattern = Object.keys(patternProperties as object).find((source) => new RegExp(source).test(name))
  return pattern === undefined ? null : patternProperties[pattern] as TSchema
}

function noneOf (errors: Iterable<unknown>): boolean {
  const [first] = errors
  return first === undefined
}

function isSchema (value: unknown): value is TSchema { return typeof value === 'object' && value !== null && !Array.isArray(value) }

function isSchemas (value: unknown): value is Record<string, TSchema> { return isSchema(value) }

function mapValues (values: Record<string, TSchema>, map: (value: TSchema) => TSchema): Record<string, TSchema> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]))
}
