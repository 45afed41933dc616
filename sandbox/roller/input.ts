/** Reading what callers send. Unknown properties are left alone, as ROLLER does. */
export type Input = Readonly<Record<string, unknown>>

/** An answer other than success, thrown from anywhere inside a handler. */
export class Refusal extends Error {
  readonly status: number
  readonly body: Input
  readonly headers: Record<string, string>

  constructor (status: number, body: Input, headers: Record<string, string> = {}) {
    super(`Refused with ${status}`)
    this.status = status
    this.body = body
    this.headers = headers
  }
}

export interface Problem { name: string, message: string, ticketId?: string }

export const notFound = (message: string): Refusal => new Refusal(404, { message })
export const forbidden = (message: string): Refusal => new Refusal(403, { message })
/** ROLLER's documented body of a 409. */
export const conflict = (...errors: Problem[]): Refusal => new Refusal(409, { errors })

export function invalid (...problems: Problem[]): Refusal {
  return new Refusal(400, { message: problems.map((problem) => problem.message).join('. '), errors: problems })
}

export function isObject (value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function missing (input: Input, names: readonly string[], prefix: string): string[] {
  return names.filter((name) => input[name] === undefined || input[name] === null).map((name) => prefix + name)
}

/** One object (or every object of one list) that must carry the named properties; `at` is empty for the body itself. */
export interface Demand { at: string, names: readonly string[], each?: boolean }

/** Answers 400 with the names of everything that is missing, all at once. */
export function demand (body: Input, ...demands: Demand[]): void {
  const gone = demands.flatMap(({ at, names, each }) => {
    if (at === '') return missing(body, names, '')
    const value = body[at]
    if (each === true) {
      if (value === undefined || value === null) return []
      if (!Array.isArray(value)) return [at]
      return value.flatMap((entry: unknown, index) => missing(isObject(entry) ? entry : {}, names, `${at}[${index}].`))
    }
    if (value === undefined || value === null) return []
    return missing(isObject(value) ? value : {}, names, `${at}.`)
  })
  if (gone.length > 0) throw invalid(...gone.map((name) => ({ name, message: `${name} is required` })))
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

export function object (input: Input, name: string): Input {
  const value = input[name]
  return isObject(value) ? value : {}
}

/** A list of objects; one object alone counts as a list of one, as ROLLER's documents show both for the same property. */
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

/** Leaves out what is undefined, so that a record can be spread under `exactOptionalPropertyTypes`. */
export function present<T extends object> (values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K],
    undefined>
  }
}

export const money = (value: number): number => Math.round((value + Number.EPSILON) * 100) / 100
