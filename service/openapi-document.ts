/** Finishes the OpenAPI document: shared schemas by their names, and answers as the standard writes them. */
import { isDeepStrictEqual } from 'node:util'
import type { OpenAPIV3, OpenAPIV3_1 } from 'openapi-types'

type Document = Partial<OpenAPIV3.Document | OpenAPIV3_1.Document>
type Node = Record<string, unknown>
interface Operation { readonly responses?: Readonly<Record<string, { readonly headers?: Node }>> }

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
      schemas[String(name)] = {} // taken, for a schema that holds itself
      schemas[String(name)] = walk(node)
    }
    return { $ref: reference(name) }
  }
  const headers: Node = {}
  const paths = Object.entries(document.paths ?? {}).map(([path, item]) => {
    const walked = walk(item)
    shareHeaders(walked, headers)
    return [path.replace('{*}', '{path}'), walked]
  })
  return {
    ...document,
    paths: Object.fromEntries(paths),
    components: {
      ...document.components,
      schemas: Object.fromEntries(Object.entries(schemas).sort(byName)),
      ...(Object.keys(headers).length > 0 && { headers: Object.fromEntries(Object.entries(headers).sort(byName)) })
    }
  } as Document // the same shape, references put in
}

/** Answers of nearly a hundred operations carry the same few headers: each is written once. */
function shareHeaders (item: unknown, headers: Node): void {
  for (const operation of Object.values(item as Node)) {
    for (const answer of Object.values((operation as Operation).responses ?? {})) {
      for (const [name, header] of Object.entries(answer.headers ?? {})) {
        headers[name] ??= header
        if (isDeepStrictEqual(headers[name], header)) (answer.headers as Node)[name] = { $ref: `#/components/headers/${name}` } // there, since it was listed
      }
    }
  }
}

function finishNode (node: Node, exampleConnectionId: string | null): Node {
  // A schema that holds itself refers to its bare name.
  if (typeof node.$ref === 'string' && !node.$ref.startsWith('#')) return { $ref: reference(node.$ref) }
  if (node.in === undefined || typeof node.schema !== 'object') return node
  const { style, explode, ...schema } = node.schema as Node // of a parameter: these two belong to the parameter itself
  const parameter = { ...node, ...(style !== undefined && { style, explode }), schema }
  // Fastify's wildcard has no name; slashes in it are meant as slashes.
  if (node.in === 'path' && node.name === '*') return { ...parameter, name: 'path', allowReserved: true }
  return exampleConnectionId !== null && node.in === 'header' && node.name === 'Connection-Id' ? { ...parameter, example: exampleConnectionId } : parameter
}

function reference (name: unknown): string { return `#/components/schemas/${String(name)}` }

function byName ([one]: [string, unknown], [other]: [string, unknown]): number { return one < other ? -1 : 1 }
