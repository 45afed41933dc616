/** Completes the OpenAPI document: shared schemas as named components, and responses in the standard's form. */
import { isDeepStrictEqual } from 'node:util'
import type { OpenAPIV3, OpenAPIV3_1 } from 'openapi-types'

type Document = Partial<OpenAPIV3.Document | OpenAPIV3_1.Document>
type Node = Record<string, unknown>
interface Operation {
  readonly parameters?: Node[]
  readonly responses?: Record<string, Node & { readonly headers?: Node }>
}
/** Shared parts of operations, by their section of `components`. */
interface Shared { readonly headers: Node, readonly parameters: Node, readonly responses: Node }

/** @fastify/swagger drops the `$id` of a nested schema, so the name is kept under this key. */
const SCHEMA_NAME = 'x-schema-name'

/** Copies the names of schemas to a key that survives. Does not modify the route's schema. */
export function keepSchemaNames<T> (value: T): T {
  if (Array.isArray(value)) return value.map(keepSchemaNames) as T // an array of the same type
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, child]) => key === '$id' ? [SCHEMA_NAME, child] : [key, keepSchemaNames(child)])
  return Object.fromEntries(entries) as T // same type, one key renamed
}

/** Moves every named schema to `components.schemas` and replaces it by a reference. */
export function finishDocument (document: Document, exampleConnectionId: string | null): Document {
  const schemas: Node = {}
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    const { [SCHEMA_NAME]: name, ...node } = value as Node // a plain JSON object
    if (name === undefined) {
      return finishNode(Object.fromEntries(Object.entries(node).map(([key, child]) => [key, walk(child)])), exampleConnectionId)
    }
    if (schemas[String(name)] === undefined) {
      schemas[String(name)] = {} // registered first, for recursive schemas
      schemas[String(name)] = walk(node)
    }
    return { $ref: reference(name) }
  }
  const shared: Shared = { headers: {}, parameters: {}, responses: {} }
  const paths = Object.entries(document.paths ?? {}).map(([path, item]) => {
    const walked = walk(item)
    for (const operation of Object.values(walked as Record<string, Operation>)) shareParts(operation, shared)
    return [path.replace('{*}', '{path}'), walked]
  })
  return {
    ...document,
    paths: Object.fromEntries(paths),
    components: {
      ...document.components,
      schemas: Object.fromEntries(Object.entries(schemas).sort(byName)),
      ...sorted(shared)
    }
  } as Document // same shape, with references
}

/** Nearly a hundred operations share a few headers and errors: each becomes one component, which halves the document. */
function shareParts ({ parameters, responses = {} }: Operation, shared: Shared): void {
  parameters?.forEach((parameter, index) => {
    if (parameter.in === 'header') parameters[index] = share(shared, 'parameters', String(parameter.name), parameter)
  })
  for (const [status, response] of Object.entries(responses)) {
    const { headers } = response
    // listed above, so it exists
    for (const [name, header] of Object.entries(headers ?? {})) (headers as Node)[name] = share(shared, 'headers', name, header)
    if (/^[45]XX$/.test(status)) responses[status] = share(shared, 'responses', `Errors${status}`, response)
  }
}

/** The name, with a number if another component has it already. */
function share (shared: Shared, part: keyof Shared, name: string, value: unknown): Node {
  let key = name
  for (let number = 2; shared[part][key] !== undefined && !isDeepStrictEqual(shared[part][key], value); number++) key = `${name}${number}`
  shared[part][key] ??= value
  return { $ref: `#/components/${part}/${key}` }
}

function sorted (shared: Shared): Partial<Shared> {
  const parts = Object.entries(shared).filter(([, part]) => Object.keys(part).length > 0)
  return Object.fromEntries(parts.map(([name, part]) => [name, Object.fromEntries(Object.entries(part as Node).sort(byName))]))
}

function finishNode (node: Node, exampleConnectionId: string | null): Node {
  // A recursive schema refers to its bare name.
  if (typeof node.$ref === 'string' && !node.$ref.startsWith('#')) return { $ref: reference(node.$ref) }
  if (node.in === undefined || typeof node.schema !== 'object') return node
  const { style, explode, ...schema } = node.schema as Node // these two belong to the parameter, not to its schema
  const parameter = { ...node, ...(style !== undefined && { style, explode }), schema }
  // Fastify's wildcard has no name; its slashes are literal.
  if (node.in === 'path' && node.name === '*') return { ...parameter, name: 'path', allowReserved: true }
  return exampleConnectionId !== null && node.in === 'header' && node.name === 'Connection-Id'
    ? {
        ...parameter, example: exampleConnectionId
      }
    : parameter
}

function reference (name: unknown): string { return `#/components/schemas/${String(name)}` }

function byName ([one]: [string, unknown], [other]: [string, unknown]): number { return one < other ? -1 : 1 }
