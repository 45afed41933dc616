/**
 * Validates a call against its operation before it is sent, since a call that ROLLER rejects still counts against the venue's rate limit. A
 * parsed copy is checked; the original bytes are sent. Validators are compiled on first use, so that 79 operations cost nothing at start.
 */
import type { TObject, TSchema } from '@sinclair/typebox'
import type { InputFault } from '../errors.ts'
import { readJson } from '../util/json.ts'
import { checkerOf } from './checker.ts'
import { explain } from './explain.ts'
import type { Operation } from './operation.ts'
import { hasRules, ruleFaults } from './rules.ts'

/** The request that will be sent. */
export interface WrittenCall {
  /** ROLLER's path, percent-encoded. */
  readonly path: string
  /** Empty, or beginning with `?`. */
  readonly query: string
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Null if there is none. */
  readonly body: Buffer | null
}

const MAX_FAULTS = 50

/** The rules for one operation. */
export interface CatalogOperation {
  /** `GET /bookings/{uniqueId}` */
  readonly name: string
  readonly operation: Operation
  /** ROLLER's path template. */
  readonly template: string
  /** The only success status that ROLLER documents, if it is not 200. */
  readonly soleSuccess?: number | undefined
}

/** @returns every error found, at most 50; empty if the call is valid */
export function validateCall ({ name, operation, template }: CatalogOperation, call: WrittenCall): InputFault[] {
  const faults: InputFault[] = []
  if (operation.params !== undefined) check(operation.params, readParams(template, call.path), '/params', faults)
  const query = new URLSearchParams(call.query)
  if (operation.query !== undefined) check(operation.query, readQuery(operation.query, query), '/query', faults)
  if (operation.headers !== undefined) check(operation.headers, readHeaders(operation.headers, call.headers), '/headers', faults)
  const body = parseBody(call.body)
  if (operation.body !== undefined) checkBody(operation.body, body, faults)
  if (hasRules(name)) {
    // Of repeated parameters, the schema checks the first and the rules the last: ROLLER does not document which one it reads.
    faults.push(...ruleFaults(name, { query: Object.fromEntries(query), body }))
  }
  return faults
}

/** @returns the errors of a value that is already parsed */
export function validateValue (schema: TSchema, value: unknown, root: string): InputFault[] {
  const faults: InputFault[] = []
  const checker = checkerOf(schema)
  if (checker.check(value)) return faults
  const seen = new Set<string>()
  for (const error of checker.errors(value)) {
    if (faults.length === MAX_FAULTS) break
    const { path, detail } = explain(error)
    const pointer = root + path
    if (seen.has(pointer)) continue // one error for each location
    seen.add(pointer)
    faults.push({ pointer, detail })
  }
  return faults
}

function check (schema: TObject, written: Record<string, unknown>, root: string, faults: InputFault[]): void {
  // Strings only: most parameters are strings, and a conversion copies everything.
  if (checkerOf(schema).check(written)) return
  faults.push(...validateValue(schema, readIntegers(schema, written), root))
}

const INTEGER = /^-?\d+$/

/** A path and a query are text. TypeBox would convert `1.5`, `0x10` and `true` to integers too, and ROLLER rejects these. */
function readIntegers ({ properties }: TObject, written: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(written).map(([name, text]) =>
    [name, properties[name]?.type === 'integer' && typeof text === 'string' && INTEGER.test(text) ? Number(text) : text]))
}

const INVALID = Symbol('a body that is not JSON')

/** undefined: not present. */
function parseBody (bytes: Buffer | null): unknown {
  if (bytes === null) return undefined
  const body = readJson(bytes)
  return body === undefined ? INVALID : body
}

function checkBody (schema: TSchema, body: unknown, faults: InputFault[]): void {
  if (body === INVALID) faults.push({ pointer: '/body', detail: 'is not JSON' })
  else if (body !== undefined) faults.push(...validateValue(schema, body, '/body'))
  else if (!isOptionalBody(schema)) faults.push({ pointer: '/body', detail: 'is missing' })
}

/** ROLLER's documents mark no body as required; a body whose schema accepts an empty object is optional. */
function isOptionalBody (schema: TSchema): boolean {
  return checkerOf(schema).check({})
}

function readParams (template: string, path: string): Record<string, unknown> {
  const values = path.split('/')
  const params: Record<string, unknown> = {}
  for (const [index, part] of template.split('/').entries()) {
    if (part.startsWith('{')) params[part.slice(1, -1)] = decode(values[index] ?? '') // a path of the template
  }
  return params
}

/** Keeps the parameters of the schema; none is a list. The first of repeated parameters wins. */
function readQuery ({ properties }: TObject, query: URLSearchParams): Record<string, string> {
  const values: Record<string, string> = {}
  for (const [name, value] of query) if (Object.hasOwn(properties, name)) values[name] ??= value
  return values
}

function readHeaders (schema: TObject, headers: WrittenCall['headers']): Record<string, unknown> {
  const byName = new Map(headers)
  const values: Record<string, unknown> = {}
  for (const name of Object.keys(schema.properties)) {
    const value = byName.get(name.toLowerCase())
    if (value !== undefined) values[name] = value
  }
  return values
}

function decode (text: string): string {
  try { return decodeURIComponent(text) } catch { return text }
}
