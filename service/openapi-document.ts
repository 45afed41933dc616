/** Finishes the OpenAPI document: shared schemas by their names, and answers as the standard writes them. */
import type { OpenAPIV3, OpenAPIV3_1 } from 'openapi-types'

type Document = Partial<OpenAPIV3.Document | OpenAPIV3_1.Document>
type Node = Record<string, unknown>

/** @fastify/swagger drops `$id` from a schema that stands inside another, so the name travels under this key. */
const SCHEMA_NAME = 'x-schema-name'

/** Writes the names of schemas where they survive. Takes what a route registered, and leaves it as it is. */
export function keepSchemaNames<T> (value: T): T {
  if (Array.isArray(value)) return value.map(keepSchemaNames) as T // an array of the same
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, child]) => key === '$id' ? [SCHEMA_NAME, child] : [key, keepSchemaNames(child)])
  return Object.fromEntries(entries) as T // the same, one key renamed
}

/** Moves every schema that has a name to `components.schemas`, and refers to it from where it stood. */
export function hoistSchemas (document: Document, exampleConnectionId: string | null): Document {
  const schemas: Node = {}
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    const { [SCHEMA_NAME]: name, ...node } = value as Node // a plain JSON object
    if (name === undefined) {
      const walked = Object.fromEntries(Object.entries(node).map(([key, child]) => [key, walk(child)]))
      return exampleConnectionId !== null && walked.in === 'header' && walked.name === 'Connection-Id' ? { ...walked, example: exampleConnectionId } : walked
    }
    if (schemas[String(name)] === undefined) {
      schemas[String(name)] = {} // taken, for a schema that holds itself
      schemas[String(name)] = walk(node)
    }
    return { $ref: `#/components/schemas/${String(name)}` }
  }
  const paths = walk(document.paths)
  return { ...document, paths, components: { ...document.components, schemas: Object.fromEntries(Object.entries(schemas).sort(byName)) } } as Document // same shape, refs put in
}

function byName ([one]: [string, unknown], [other]: [string, unknown]): number { return one < other ? -1 : 1 }
