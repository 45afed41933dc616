/** Completes the OpenAPI document: shared schemas as named components, and responses in the standard's form. */
import { isDeepStrictEqual } from 'node:util'
import type { OpenAPIV3, OpenAPIV3_1 } from 'openapi-types'

type Document = Partial<OpenAPIV3.Document | OpenAPIV3_1.Document>
type Node = Record<string, unknown>
interface Body { readonly content?: Record<string, { schema?: Node }> }
interface Operation {
  readonly operationId?: string
  readonly parameters?: Node[]
  readonly requestBody?: Body
  readonly responses?: Record<string, Node & Body & { readonly headers?: Node }>
}
/** Shared parts of operations, by their section of `components`. */
interface Shared { readonly headers: Node, readonly parameters: Node, readonly responses: Node }

/** @fastify/swagger drops the `$id` of a nested schema, so the name is kept under this key. */
const SCHEMA_NAME = 'x-schema-name'

/** Copies what @fastify/swagger drops to keys that survive: the names of schemas, and the rules for the names in a map. */
export function keepSchemaNames<T> (value: T): T {
  if (Array.isArray(value)) return value.map(keepSchemaNames) as T // an array of the same type
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, child]) => key === '$id' ? [SCHEMA_NAME, child] : [key, keepSchemaNames(child)])
  return Object.fromEntries([...entries, ...namesOfMap(value as Node)]) as T // same type, with other keywords
}

function namesOfMap ({ patternProperties, additionalProperties }: Node): [string, unknown][] {
  if (patternProperties === undefined || additionalProperties !== false) return []
  return [['propertyNames', { pattern: Object.keys(patternProperties as Node)[0] }]] // TypeBox's records have one
}

/** Moves every schema with an id or a title to `components.schemas` and replaces it by a reference. */
export function finishDocument (document: Document, exampleConnectionId: string | null): Document {
  const schemas: Node = {}
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    const { [SCHEMA_NAME]: id, ...node } = value as Node // a plain JSON object
    const name = id ?? (node.type === 'object' && typeof node.title === 'string' ? node.title : undefined)
    if (name === undefined) {
      return finishNode(Object.fromEntries(Object.entries(node).map(([key, child]) => [key, walk(child)])), exampleConnectionId)
    }
    schemas[String(name)] ??= walk({ ...node, title: undefined })
    return { $ref: reference(name) }
  }
  const shared: Shared = { headers: {}, parameters: {}, responses: {} }
  const paths = Object.entries(document.paths ?? {}).map(([path, item]) => {
    const walked = walk(item)
    for (const operation of Object.values(walked as Record<string, Operation>)) {
      nameBodies(operation, schemas)
      shareParts(operation, shared)
    }
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

/**
 * Names the bodies that the routes leave without a name, since code generators number such types or leave them out. A name that ended in
 * Request or Response would meet those that generators give to their own types.
 */
function nameBodies ({ operationId = '', requestBody, responses = {} }: Operation, schemas: Node): void {
  const name = operationId.charAt(0).toUpperCase() + operationId.slice(1)
  nameSchema(requestBody, `${name}Body`, schemas)
  for (const [status, response] of Object.entries(responses)) if (status.startsWith('2')) nameSchema(response, `${name}Result`, schemas)
}

function nameSchema (body: Body | undefined, name: string, schemas: Node): void {
  const media = body?.content?.['application/json']
  if (media?.schema?.type !== 'object') return
  schemas[name] = media.schema
  media.schema = { $ref: reference(name) }
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
    if (!/^[45]XX$/.test(status)) continue
    const own = response.content?.['application/json'] === undefined
    responses[status] = share(shared, 'responses', own ? 'GatewayError' : 'CallError', response)
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
  // Fastify's wildcard has no name.
  if (node.in === 'path' && node.name === '*') return { ...parameter, name: 'path' }
  return exampleConnectionId !== null && node.in === 'header' && node.name === 'Connection-Id'
    ? {
        ...parameter, example: exampleConnectionId
      }
    : parameter
}

function reference (name: unknown): string { return `#/components/schemas/${String(name)}` }

function byName ([one]: [string, unknown], [other]: [string, unknown]): number { return one < other ? -1 : 1 }
