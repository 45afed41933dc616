/** Schemas of the catalog as a model reads them: JSON Schema without our own marks, and an example that fits. */
import type { TSchema } from '@sinclair/typebox'
import { isRecord } from '../util/is-record.ts'

type JsonSchema = Readonly<Record<string, unknown>>

/** Without `$id`, which must be unique in a document that holds a schema twice. */
export function plainSchema (schema: TSchema): Record<string, unknown> {
  const text = JSON.stringify(schema, (key, value: unknown) => key === '$id' ? undefined : value)
  return JSON.parse(text) as Record<string, unknown> // a schema is an object
}

const MAX_DEPTH = 8
const MAX_VALUES = 10

/**
 * The shape of a response, for a client that checks what it gets. ROLLER's responses differ from its documents (a number as text, a null, a
 * field more), so nothing in it can reject a value: types are text only, nothing is required, and there are no limits.
 */
export function openShape (schema: TSchema, depth = 0): JsonSchema {
  const { description, examples, properties, items, anyOf, enum: values } = schema as JsonSchema
  const variants = (Array.isArray(anyOf) ? anyOf as TSchema[] : []).filter(({ type }) => type !== 'null')
  const [variant] = variants
  if (variant !== undefined) return { ...openShape(variant, depth), ...(description !== undefined && { description }) }
  const known = Array.isArray(values) ? values.slice(0, MAX_VALUES) : examples
  return {
    description: [typeOf(schema as JsonSchema), description].filter((text) => typeof text === 'string' && text !== '').join('. '),
    ...(known !== undefined && { examples: known }),
    ...(isRecord(properties) && depth < MAX_DEPTH && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, openShape(one as TSchema, depth + 1)]))
    }),
    ...(isRecord(items) && depth < MAX_DEPTH && { items: openShape(items as TSchema, depth + 1) })
  }
}

function typeOf ({ type, format }: JsonSchema): string | undefined {
  return typeof type !== 'string' ? undefined : typeof format === 'string' ? `${type} (${format})` : type
}

/** Of the formats for which ROLLER's documents have fields without an example. */
const EXAMPLES: Readonly<Record<string, string>> = { date: '2026-11-30', uuid: '3f2504e0-4f89-41d3-9a0c-0305e82c3301' }

/** ROLLER's own examples where the catalog has them; of an object the required fields, and where none is, those with an example. */
export function exampleOf (schema: TSchema): unknown { return make(schema as JsonSchema, 0) }

function make (schema: JsonSchema, depth: number): unknown {
  const { examples, const: constant, enum: values, type, format, properties, required = [], items, anyOf, default: preset } = schema
  if (Array.isArray(examples) && examples.length > 0) return examples[0]
  if (constant !== undefined) return constant
  if (preset !== undefined) return preset
  if (Array.isArray(values)) return values[0]
  if (depth > MAX_DEPTH) return null
  if (Array.isArray(anyOf)) return make(anyOf[0] as JsonSchema, depth + 1)
  if (type === 'object') {
    const fields = Object.entries((properties ?? {}) as Record<string, JsonSchema>)
    const needed = fields.filter(([name]) => (required as string[]).includes(name))
    const shown = needed.length > 0 ? needed : fields.filter(([, field]) => Array.isArray(field.examples)).slice(0, 5)
    return Object.fromEntries(shown.map(([name, field]) => [name, make(field, depth + 1)]))
  }
  if (type === 'array') return [make((items ?? {}) as JsonSchema, depth + 1)]
  if (type === 'integer' || type === 'number') return 1
  if (type === 'boolean') return false
  return EXAMPLES[String(format)] ?? 'text'
}
