/** Parses and validates requests. Unknown properties are ignored, as at ROLLER. */
import { present } from './record.ts'

export type Input = Readonly<Record<string, unknown>>

/** An error response, thrown anywhere inside a handler. */
export class ErrorResponse extends Error {
  readonly status: number
  readonly body: Input
  readonly headers: Record<string, string>

  constructor (status: number, body: Input, headers: Record<string, string> = {}) {
    super(`Rejected with ${status}`)
    this.status = status
    this.body = body
    this.headers = headers
  }
}

export interface Problem { name: string, message: string, ticketId?: string }

export const notFound = (message: string): ErrorResponse => new ErrorResponse(404, { message })
export const forbidden = (message: string): ErrorResponse => new ErrorResponse(403, { message })
export const invalid = (name: string, message: string): ErrorResponse => new ErrorResponse(400, { message, errors: [{ name, message }] })
/** ROLLER's documented body of a 409. */
export const conflict = (name: string, message: string): ErrorResponse => new ErrorResponse(409, { errors: [{ name, message }] })

/** Throws the errors together, if there are any. */
export function rejectWith (status: 400 | 409, errors: readonly Problem[]): void {
  if (errors.length === 0) return
  const message = errors.map((problem) => problem.message).join('. ')
  throw new ErrorResponse(status, status === 400 ? { message, errors } : { errors })
}

/** Returns the record or throws a 404. */
export function found<T> (record: T | undefined, message: string): T {
  if (record === undefined) throw notFound(message)
  return record
}

export function isObject (value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Names along the path that are missing in existing objects. */
function missing (input: unknown, path: string, prefix = ''): string[] {
  const [name = '', ...rest] = path.split('.')
  const key = name.replace('[]', '')
  const value = isObject(input) ? input[key] : undefined
  const below = rest.join('.')
  if (value === undefined || value === null) return below === '' ? [prefix + key] : []
  if (below === '') return []
  if (!name.endsWith('[]')) return missing(value, below, `${prefix}${key}.`)
  return Array.isArray(value) ? value.flatMap((entry, index) => missing(entry, below, `${prefix}${key}[${index}].`)) : [prefix + key]
}

/** Throws a 400 that lists all missing fields; a path is such as `name`, `customer.email` or `items[].productId`. */
export function demand (body: Input, ...paths: readonly string[]): void {
  const names = [...new Set(paths.flatMap((path) => missing(body, path)))]
  rejectWith(400, names.map((name) => ({ name, message: `${name} is required` })))
}

export function text (input: Input, name: string): string | undefined {
  const value = input[name]
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? value : undefined
}

export function number (input: Input, name: string): number | undefined {
  const value = input[name]
  if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))) return Number(value)
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

export function flag (input: Input, name: string): boolean | undefined {
  const value = input[name]
  return typeof value === 'boolean' ? value : undefined
}

export function oneOf<T extends string> (input: Input, name: string, values: readonly T[]): T | undefined {
  return values.find((value) => value === input[name])
}

export function object (input: Input, name: string): Input {
  const value = input[name]
  return isObject(value) ? value : {}
}

/** A list of objects; a single object counts as a list of one, since ROLLER's documents show both for the same property. */
export function list (input: Input, name: string): Input[] {
  const value = input[name]
  if (isObject(value)) return [value]
  return Array.isArray(value) ? value.filter(isObject) : []
}

export function texts (input: Input, name: string): string[] {
  const value = input[name]
  if (!Array.isArray(value)) return []
  return value.filter((entry): entry is string | number => typeof entry === 'string' || typeof entry === 'number').map(String)
}

/** The strings among the named properties. */
export function textsOf<K extends string> (input: Input, ...names: K[]): { [N in K]?: string } {
  return present(Object.fromEntries(names.map((name) => [name, text(input, name)]))) as { [N in K]?: string } // own keys
}

/** Values of a comma-separated query parameter. */
export const commaSeparated = (value: string | undefined): string[] | undefined =>
  value?.split(',').map((entry) => entry.trim()).filter((entry) => entry !== '')
