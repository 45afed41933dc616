/**
 * The plugin's routes in the OpenAPI document of a host with @fastify/swagger, which calls this for each of them, whatever `transform` the
 * host has for its own. A schema stands by itself: names (`$id`) could meet those of the host, and would be left out of its document.
 */
import type { FastifySchema } from 'fastify'
import { isObject } from '../util/is-record.ts'

type Node = Record<string, unknown>

interface Documented {
  readonly schema?: FastifySchema
  readonly url: string
  /** The document so far; absent where the host writes Swagger 2. */
  readonly openapiObject?: { readonly openapi?: string, readonly paths?: Record<string, Record<string, { operationId?: string }>> }
}

export function documentRoute ({ schema, url, openapiObject }: Documented): { schema: Node | undefined, url: string } {
  const named = url.replace(/\*$/, ':path') // the wildcard's parameter has no name in Fastify
  if (schema === undefined) return { schema, url: named }
  const standalone = standAlone(schema, isVersion30(openapiObject?.openapi), []) as Node // a schema is an object
  const { operationId, params, querystring } = standalone
  if (typeof operationId === 'string') standalone.operationId = unusedId(operationId, openapiObject?.paths)
  if (isObject(params)) standalone.params = nameWildcard(params)
  if (isObject(querystring)) standalone.querystring = liftStyle(querystring)
  return { schema: standalone, url: named }
}

function isVersion30 (version: string | undefined): boolean { return version === undefined || version.startsWith('3.0') }

/** @param open names of the schemas around this one: a schema that holds itself is described one level deep */
function standAlone (value: unknown, is30: boolean, open: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => standAlone(item, is30, open))
  if (!isObject(value)) return value
  const { $id, $ref, ...rest } = value
  if (typeof $ref === 'string' && open.includes($ref)) return { type: 'object', description: `Another ${$ref}.` }
  const inside = typeof $id === 'string' ? [...open, $id] : open
  const entries = Object.entries(is30 ? asVersion30(rest) : rest).filter(([, child]) => child !== undefined)
  return Object.fromEntries(entries.map(([key, child]) => [key, standAlone(child, is30, inside)]))
}

/** The keywords of JSON Schema that OpenAPI 3.0 lacks, in its own words. A response of type null has no body, and stays. */
function asVersion30 ({ examples, const: only, ...rest }: Node): Node {
  const node = rest.type === 'null' && rest.description === undefined ? { enum: [null] } : rest
  return {
    ...node,
    ...(Array.isArray(examples) ? { example: examples[0] as unknown } : { examples }),
    ...(isObject(only) || only === undefined ? { const: only } : { enum: [only] })
  }
}

/** Two registrations have the same routes, and an operation's id is unique in a document. */
function unusedId (id: string, paths: NonNullable<Documented['openapiObject']>['paths'] = {}): string {
  const taken = new Set(Object.values(paths).flatMap((item) => Object.values(item).map(({ operationId }) => operationId)))
  let unused = id
  for (let number = 2; taken.has(unused); number++) unused = `${id}${number}`
  return unused
}

function nameWildcard (params: Node): Node {
  const { '*': wildcard, ...others } = params.properties as Node // an object schema
  if (wildcard === undefined) return params
  const required = (params.required as string[]).map((name) => name === '*' ? 'path' : name)
  return { ...params, properties: { ...others, path: wildcard }, required }
}

/** @fastify/swagger takes how a parameter is written from the schema of all. For parameters that are no object it changes nothing. */
function liftStyle (query: Node): Node {
  let lifted: Node = {}
  const properties = Object.entries(query.properties as Record<string, Node>).map(([name, { style, explode, ...schema }]) => {
    if (style !== undefined) lifted = { style, explode }
    return [name, schema]
  })
  return { ...query, ...lifted, properties: Object.fromEntries(properties) }
}
