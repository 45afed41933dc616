/** Describes an invalid value in a sentence that follows the field's name: the expected value and the actual one. */
import type { TSchema } from '@sinclair/typebox'
import { ValueErrorType } from '@sinclair/typebox/value'
import { checkerOf, formatOf, type Mismatch } from './checker.ts'
import { formats } from './formats.ts'

export interface Explained {
  /** Path within the value; empty for the value itself. */
  readonly path: string
  readonly detail: string
}

/** For a union, the errors of the variant that matches best, if there is one. */
export function explain ({ type, path, schema, value, message }: Mismatch): Explained {
  if (type === ValueErrorType.ObjectRequiredProperty) return { path, detail: 'is missing' }
  if (type === ValueErrorType.ObjectAdditionalProperties) return { path, detail: unknownProperty(schema) }
  const inner = meantVariant(schema, value)
  if (inner !== null) return { ...inner, path: path + inner.path }
  switch (type) {
    case ValueErrorType.StringMaxLength:
      return { path, detail: `must have at most ${String(schema.maxLength)} characters, not ${lengthOf(value)}` }
    case ValueErrorType.StringMinLength:
      return { path, detail: `must have at least ${String(schema.minLength)} characters, not ${lengthOf(value)}` }
    case ValueErrorType.ArrayMinItems:
      return { path, detail: `must have at least ${String(schema.minItems)} items, not ${lengthOf(value)}` }
    case ValueErrorType.ArrayMaxItems:
      return { path, detail: `must have at most ${String(schema.maxItems)} items, not ${lengthOf(value)}` }
    case ValueErrorType.ObjectMinProperties:
      return { path, detail: `must have at least ${String(schema.minProperties)} properties, not ${lengthOf(value)}` }
    case ValueErrorType.ObjectMaxProperties:
      return { path, detail: `must have at most ${String(schema.maxProperties)} properties, not ${lengthOf(value)}` }
    case ValueErrorType.NumberMinimum: case ValueErrorType.IntegerMinimum:
      return { path, detail: `must be ${String(schema.minimum)} or more, not ${shown(value)}` }
    case ValueErrorType.NumberMaximum: case ValueErrorType.IntegerMaximum:
      return { path, detail: `must be ${String(schema.maximum)} or less, not ${shown(value)}` }
  }
  const expected = expectation(schema)
  if (expected === null) return { path, detail: message.charAt(0).toLowerCase() + message.slice(1) }
  return { path, detail: `must be ${expected}, not ${mayBeShown(schema) ? shown(value) : kindOf(value)}` }
}

/** The only variant of the same JSON type, object or array. */
function meantVariant (schema: TSchema, value: unknown): Explained | null {
  if (typeof value !== 'object' || value === null || !Array.isArray(schema.anyOf)) return null
  const wanted = Array.isArray(value) ? 'array' : 'object'
  const variants = (schema.anyOf as TSchema[]).filter(({ type }) => type === wanted)
  const [variant] = variants
  if (variant === undefined || variants.length > 1) return null
  const [first] = checkerOf(variant).errors(value)
  return first === undefined ? null : explain(first)
}

/** A map has rules for its names, every other object has a list of them. */
function unknownProperty ({ patternProperties }: TSchema): string {
  const [pattern] = Object.keys(patternProperties as object | undefined ?? {})
  return pattern === undefined ? 'is not a known property' : `must have a name of the form ${pattern}`
}

/** Completes "must be"; null if the schema has no short form. */
function expectation (schema: TSchema): string | null {
  const { type, enum: values, anyOf, const: only } = schema
  if (Array.isArray(values)) return `one of ${values.join(', ')}`
  if (only !== undefined) return JSON.stringify(only)
  const format = formats[formatOf(schema) ?? '']
  if (format !== undefined) return format.expected
  if (Array.isArray(anyOf)) {
    const choices = [...new Set((anyOf as TSchema[]).map(expectation))]
    return choices.includes(null) ? null : choices.join(' or ')
  }
  if (type === 'null') return 'null'
  return typeof type === 'string' ? article(type) : null
}

/** Other strings are not repeated: they may contain a secret or personal data. */
function mayBeShown (schema: TSchema): boolean {
  if (Array.isArray(schema.enum) || formatOf(schema) !== undefined) return true
  return Array.isArray(schema.anyOf) ? (schema.anyOf as TSchema[]).every(mayBeShown) : schema.type !== 'string'
}

const MAX_SHOWN = 60

function shown (value: unknown): string {
  if (typeof value === 'string' && value.length <= MAX_SHOWN) return JSON.stringify(value)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kindOf(value)
}

function lengthOf (value: unknown): string {
  if (typeof value === 'string' || Array.isArray(value)) return String(value.length)
  return typeof value === 'object' && value !== null ? String(Object.keys(value).length) : kindOf(value)
}

function kindOf (value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'missing'
  return Array.isArray(value) ? 'an array' : article(typeof value)
}

function article (type: string): string { return (/^[aeiou]/.test(type) ? 'an ' : 'a ') + type }
