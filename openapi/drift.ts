/**
 * Compares ROLLER's published OpenAPI documents with the catalog:
 *
 * node dist/openapi/drift.js rest-api.json reporting-api.json
 *
 * Both sides are flattened separately into `place -> facts`, where a place is `GET /bookings > query > date` or `GET /bookings > 200 >
 * bookings[].status`; the comparison is then one of two maps, so a missing place on either side is found.
 *
 * Left out on purpose: texts, examples, `default` (a default in a request schema would make a validator add values to a body that the
 * caller did not send) and `additionalProperties: false` (the gateway accepts unknown properties). Intended differences between the catalog
 * and ROLLER's documents are in `intended-differences.ts`.
 */
import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import type { Operation } from '#plugin/operations/operation.js'
import { operations } from '#plugin/operations/operations.js'
import { layIntended } from './intended-differences.ts'

type Json = Record<string, unknown>
type Facts = Record<string, string | number | boolean>
export type FactMap = Map<string, Facts>

export interface Difference {
  /**
   * `added`: only ROLLER has it. `removed`: only the catalog has it. `settled`: an intended difference that ROLLER's documents now agree
   * with.
   */
  readonly kind: 'added' | 'removed' | 'changed' | 'settled'
  readonly place: string
  readonly detail?: string
}

/** The target of a `$ref` and its name. */
type Resolve = (ref: string) => { name: string, schema: Json }

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'trace']
const LOCATIONS = ['path', 'query', 'header', 'cookie']
const LIMITS = [
  'format', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf',
  'minItems', 'maxItems', 'uniqueItems', 'deprecated'
]

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const object = (value: unknown): Json => isObject(value) ? value : {}
const list = (value: unknown): unknown[] => Array.isArray(value) ? value : []

/** A value's type in JSON Schema's terms. */
function typeOf (value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return Array.isArray(value) ? 'array' : typeof value
}

/** A schema without `$ref`, `allOf`, nullable spellings and unions of constants, so that both sides can be compared by content. */
interface Plain {
  types: Set<string>
  values: unknown[]
  limits: Facts
  properties: Map<string, Json>
  required: Set<string>
  items: Json[]
  entries: Json[]
  alternatives: Json[]
  /** Models on the path to here, to stop at recursion. */
  trail: readonly string[]
  again?: string
}

function plain (source: Json, resolve: Resolve, trail: readonly string[]): Plain {
  let schema = source
  while (typeof schema.$ref === 'string') {
    const { name, schema: target } = resolve(schema.$ref)
    const { $ref: _, ...beside } = schema
    if (trail.includes(name)) return { ...empty(trail), again: name }
    trail = [...trail, name]
    schema = { ...target, ...beside }
  }
  if (typeof schema.$id === 'string' && !trail.includes(schema.$id)) trail = [...trail, schema.$id]

  const result = empty(trail)
  for (const type of list(schema.type).concat(typeof schema.type === 'string' ? [schema.type] : [])) result.types.add(String(type))
  if (schema.nullable === true) result.types.add('null')
  result.values.push(...list(schema.enum), ...('const' in schema ? [schema.const] : []))
  for (const name of LIMITS) {
    const value = schema[name]
    if (value !== undefined && value !== false) result.limits[name] = value as string | number | boolean
  }
  for (const [name, property] of Object.entries(object(schema.properties))) result.properties.set(name, object(property))
  for (const name of list(schema.required)) result.required.add(String(name))
  if (isObject(schema.items)) result.items.push(schema.items)
  if (isObject(schema.additionalProperties)) result.entries.push(schema.additionalProperties)
  result.entries.push(...Object.values(object(schema.patternProperties)).map(object))

  const parts = list(schema.allOf).map((part) => plain(object(part), resolve, trail))
  const page = parts.find((part) => part.properties.has('items') && part.types.has('object'))
  for (const part of parts) {
    if (page === undefined || part === page || !part.types.has('array')) merge(result, part)
  }
  // A schema that is both a page and a list, which no value matches, is read as a page of the list's items.
  const held = parts.find((part) => page !== undefined && part.types.has('array'))
  if (held !== undefined) result.properties.set('items', { type: 'array', items: held.items[0] ?? {} })

  const choices = [...list(schema.anyOf), ...list(schema.oneOf)].map(object)
  for (const choice of choices) {
    if (choice.type === 'null') result.types.add('null')
  }
  const others = choices.filter((choice) => choice.type !== 'null')
  if (others.length === 1 || (others.length > 0 && others.every((choice) => 'const' in choice))) {
    for (const choice of others) merge(result, plain(choice, resolve, trail))
  } else {
    result.alternatives.push(...others)
  }
  return result
}

function empty (trail: readonly string[]): Plain {
  return {
    types: new Set(),
    values: [],
    limits: {},
    properties: new Map(),
    required: new Set(),
    items: [],
    entries: [],
    alternatives: [],
    trail
  }
}

function merge (into: Plain, from: Plain): void {
  for (const type of from.types) into.types.add(type)
  into.values.push(...from.values)
  Object.assign(into.limits, from.limits)
  for (const [name, property] of from.properties) into.properties.set(name, property)
  for (const name of from.required) into.required.add(name)
  into.items.push(...from.items)
  into.entries.push(...from.entries)
  into.alternatives.push(...from.alternatives)
  into.trail = [...new Set([...into.trail, ...from.trail])]
  if (from.again !== undefined) into.again = from.again
}

/** Writes the facts of a schema and everything below it into the map. */
function flatten (facts: FactMap, place: string, source: Json, resolve: Resolve, trail: readonly string[] = [], extra: Facts = {}): void {
  const schema = plain(source, resolve, trail)
  if (schema.again !== undefined) {
    facts.set(place, { ...extra, type: `again ${schema.again}` })
    return
  }
  const types = new Set(schema.types)
  const nullable = types.delete('null') || schema.values.includes(null)
  const values = schema.values.filter((value) => value !== null)
  if (types.size === 0) {
    for (const value of values) types.add(typeOf(value))
    if (schema.properties.size > 0) types.add('object')
  } else if (values.length > 0 && values.every(Number.isInteger) && types.delete('number')) {
    types.add('integer')
  }
  facts.set(place, {
    ...extra,
    type: [...types].sort().join('|') || 'any',
    ...(nullable && { nullable }),
    ...(values.length > 0 && { enum: values.map((value) => JSON.stringify(value)).sort().join(' ') }),
    ...schema.limits
  })
  const base = place.endsWith(' > ') || place.endsWith('.') ? place : `${place}.`
  for (const [name, property] of schema.properties) {
    flatten(facts, `${base}${name}`, property, resolve, schema.trail, { required: schema.required.has(name) })
  }
  for (const name of schema.required) {
    if (!schema.properties.has(name)) facts.set(`${base}${name}`, { required: true, type: 'any' })
  }
  const stem = place.endsWith('.') ? place.slice(0, -1) : place
  for (const items of schema.items) flatten(facts, `${stem}[]`, items, resolve, schema.trail)
  for (const entry of schema.entries) flatten(facts, `${stem}{}`, entry, resolve, schema.trail)
  schema.alternatives.forEach((choice, index) => flatten(facts, `${stem}|${index + 1}`, choice, resolve, schema.trail))
}

/** The facts of ROLLER's documents. */
export function documentFacts (documents: readonly Json[]): FactMap {
  const facts: FactMap = new Map()
  for (const document of documents) {
    const pointer = (ref: string): unknown => ref.replace(/^#\//, '').split('/')
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>((node, step) => object(node)[step], document)
    const resolve: Resolve = (ref) => {
      const target = pointer(ref)
      if (!ref.startsWith('#/') || !isObject(target)) throw new Error(`cannot resolve ${ref}`)
      return { name: ref.slice(ref.lastIndexOf('/') + 1), schema: target }
    }
    const follow = (value: unknown): Json => {
      const node = object(value)
      return typeof node.$ref === 'string' ? resolve(node.$ref).schema : node
    }
    for (const [path, item] of Object.entries(object(document.paths)).map(([path, value]) => [path, follow(value)] as const)) {
      for (const method of METHODS.filter((name) => isObject(item[name]))) {
        const operation = object(item[method])
        const key = `${method.toUpperCase()} ${path}`
        facts.set(key, {})
        for (const parameter of [...list(item.parameters), ...list(operation.parameters)].map(follow)) {
          const schema = object(parameter.schema)
          // A parameter without a type is a string: a URL or header carries nothing else.
          const typed = ['type', '$ref', 'enum', 'anyOf', 'oneOf', 'allOf'].some((name) => name in schema)
          const place = `${key} > ${String(parameter.in)} > ${String(parameter.name)}`
          flatten(facts, place, typed ? schema : { ...schema, type: 'string' }, resolve, [], {
            required: parameter.required === true,
            ...(parameter.deprecated === true && { deprecated: true })
          })
        }
        flattenContent(facts, `${key} > body`, follow(operation.requestBody), resolve)
        for (const [status, response] of Object.entries(object(operation.responses))) {
          facts.set(`${key} > ${status}`, {})
          flattenContent(facts, `${key} > ${status}`, follow(response), resolve)
        }
      }
    }
  }
  return facts
}

function flattenContent (facts: FactMap, place: string, holder: Json, resolve: Resolve): void {
  const content = object(holder.content)
  const schema = object(content['application/json'] ?? Object.values(content)[0]).schema
  if (isObject(schema)) flatten(facts, `${place} > `, schema, resolve)
}

/** The facts of the catalog. */
export function catalogFacts (catalog: Readonly<Record<string, Operation>>): FactMap {
  const facts: FactMap = new Map()
  for (const [key, operation] of Object.entries(catalog)) {
    facts.set(key, {})
    // The only references are those of a recursive schema to its own `$id`; recursion stops there.
    const resolve: Resolve = (ref) => ({ name: ref, schema: {} })
    const add = (place: string, schema: unknown): void => {
      if (isObject(schema)) flatten(facts, `${key} > ${place} > `, schema, resolve)
    }
    add('path', operation.params)
    add('query', operation.query)
    add('header', operation.headers)
    // The object that holds the parameters belongs to the catalog.
    for (const location of LOCATIONS) facts.delete(`${key} > ${location} > `)
    add('body', operation.body)
    for (const [status, response] of Object.entries(operation.responses)) {
      facts.set(`${key} > ${status}`, {})
      add(status, response.schema)
    }
  }
  return facts
}

/** Every difference between ROLLER's side and the catalog's. Below a place that one side lacks, nothing more is listed. */
export function compare (theirs: FactMap, ours: FactMap): Difference[] {
  const differences: Difference[] = []
  for (const place of [...new Set([...theirs.keys(), ...ours.keys()])].sort()) {
    const [their, our] = [theirs.get(place), ours.get(place)]
    if (their === undefined || our === undefined) {
      const kind = our === undefined ? 'added' : 'removed'
      const covered = differences.some((known) => known.kind === kind && isBelow(place, known.place))
      if (!covered) differences.push({ kind, place })
      continue
    }
    const detail = [...new Set([...Object.keys(their), ...Object.keys(our)])]
      .filter((name) => their[name] !== our[name])
      .map((name) => `${name} ${our[name] ?? 'none'} -> ${their[name] ?? 'none'}`)
    if (detail.length > 0) differences.push({ kind: 'changed', place, detail: detail.join(', ') })
  }
  return differences
}

function isBelow (place: string, above: string): boolean {
  return place.startsWith(above) && (above.endsWith(' > ') || /^( >|[.[{|])/.test(place.slice(above.length)))
}

/** Counts the operations, request properties (parameters included) and response properties of a side. */
export function count (facts: FactMap): { operations: number, request: number, response: number } {
  const places = [...facts.keys()].map((place) => place.split(' > '))
  const properties = places.filter(([, , path]) => path !== undefined && path !== '' && !/(\[\]|\{\}|\|\d+)$/.test(path))
  const request = properties.filter(([, location = '']) => !/^(\d|default)/.test(location)).length
  return { operations: places.filter((place) => place.length === 1).length, request, response: properties.length - request }
}

async function readDocument (file: string): Promise<Json> {
  let document: unknown
  try {
    document = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new Error(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
  if (!isObject(document) || !isObject(document.paths)) throw new Error(`${file} is not an OpenAPI document: it has no paths`)
  return document
}

export interface Report {
  /** Exit code. 0: no difference, 1: differences, 2: unreadable input. */
  readonly code: 0 | 1 | 2
  readonly lines: readonly string[]
}

const SETTLED = 'take its entry out of intended-differences.ts'

/** Reads the documents and prints the differences from the catalog. */
export async function report (files: readonly string[]): Promise<Report> {
  try {
    if (files.length === 0) throw new Error('name at least one OpenAPI document (JSON)')
    const ours = catalogFacts(operations)
    const { facts, settled } = layIntended(documentFacts(await Promise.all(files.map(readDocument))))
    const differences = [...compare(facts, ours), ...settled.map((place): Difference => ({ kind: 'settled', place, detail: SETTLED }))]
    if (differences.length > 0) {
      const lines = differences.map(({ kind, place, detail = '' }) => `${kind.padEnd(7)} ${place.trimEnd()}${detail && `: ${detail}`}`)
      return { code: 1, lines }
    }
    const { operations: total, request, response } = count(ours)
    return { code: 0, lines: [`no difference: ${total} operations, ${request} request and ${response} response properties`] }
  } catch (error) {
    return { code: 2, lines: [`drift: ${error instanceof Error ? error.message : String(error)}`] }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { code, lines } = await report(process.argv.slice(2))
  for (const line of lines) (code === 2 ? console.error : console.log)(line)
  process.exitCode = code
}
