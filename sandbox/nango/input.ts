import { NangoError, type Issue } from './errors.ts'

export type Dict = Record<string, unknown>
interface TextRule { min?: number, max?: number, pattern?: RegExp }

export const isDict = (value: unknown): value is Dict =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value)

export const UP_TO_255: TextRule = { max: 255 }
export const INTEGRATION_KEY: TextRule = { max: 255, pattern: /^[A-Za-z0-9~:.@ _-]+$/ }
export const CONNECTION_ID: TextRule = { max: 255, pattern: /^[A-Za-z0-9,.;:=+~[\]|@${}"'\\/_ -]+$/ }
export const EMAIL = { min: 5, pattern: /^[^\s@]+@[^\s@]+\.[^\s@]+$/ } as const satisfies TextRule
const TAG_KEY = /^[A-Za-z][A-Za-z0-9_\-./]*$/
export const MAX_TAGS = 10

/** Reads the fields of an input and collects all errors, as a schema library does; `done` throws them together. */
export class Input {
  readonly #fields: Dict
  readonly #path: Issue['path']
  readonly #issues: Issue[]

  constructor (value: unknown, path: Issue['path'] = [], issues: Issue[] = []) {
    this.#path = path
    this.#issues = issues
    this.#fields = isDict(value) ? value : {}
    if (!isDict(value)) this.fail([], 'Expected an object', 'invalid_type')
  }

  /** Nango's schemas are strict: an unknown key is an error. */
  strict (allowed: readonly string[], pattern?: RegExp): this {
    const unknown = this.names().filter((name) => !allowed.includes(name) && pattern?.test(name) !== true)
    if (unknown.length > 0) this.fail([], `Unrecognized keys: ${unknown.join(', ')}`, 'unrecognized_keys')
    return this
  }

  /** `path` starts at this input. */
  fail (path: Issue['path'], message: string, code = 'invalid_value'): void {
    this.#issues.push({ code, message, path: [...this.#path, ...path] })
  }

  names (): string[] { return Object.keys(this.#fields) }
  has (name: string): boolean { return this.#fields[name] !== undefined }
  value (name: string): unknown { return this.#fields[name] }

  /** Reads a nested object; its errors are added to those of the whole input. */
  at (name: string): Input { return new Input(this.#fields[name], [...this.#path, name], this.#issues) }

  dict (name: string): Dict { return this.at(name).#fields }
  optionalDict (name: string): Dict | undefined { return this.has(name) ? this.dict(name) : undefined }

  text (name: string, rule: TextRule = {}): string {
    return this.checkText(this.#fields[name], [name], rule)
  }

  optionalText (name: string, rule: TextRule = {}): string | undefined {
    return this.has(name) ? this.text(name, rule) : undefined
  }

  checkText (value: unknown, path: Issue['path'], { min = 0, max = Infinity, pattern }: TextRule): string {
    if (typeof value !== 'string') this.fail(path, 'Expected a string', 'invalid_type')
    else if (value.length < min) this.fail(path, `Shorter than ${min} characters`, 'too_small')
    else if (value.length > max) this.fail(path, `Longer than ${max} characters`, 'too_big')
    else if (pattern?.test(value) === false) this.fail(path, 'Not in the expected format', 'invalid_format')
    else return value
    return ''
  }

  flag (name: string): boolean {
    const value = this.#fields[name]
    if (value !== undefined && value !== 'true' && value !== 'false') this.fail([name], 'Expected "true" or "false"')
    return value === 'true'
  }

  integer (name: string, min: number, max: number): number | undefined {
    const text = this.#fields[name]
    const value = Number(text)
    if (text === undefined) return undefined
    if (!Number.isInteger(value) || text === '') this.fail([name], 'Expected an integer', 'invalid_type')
    else if (value < min) this.fail([name], `Less than ${min}`, 'too_small')
    else if (value > max) this.fail([name], `More than ${max}`, 'too_big')
    return value
  }

  /** Keys are stored in lower case, values unchanged. */
  tags (): Record<string, string> | undefined {
    if (!this.has('tags')) return undefined
    const given = this.at('tags')
    const tags: Record<string, string> = {}
    if (given.names().length > MAX_TAGS) given.fail([], `More than ${MAX_TAGS} tags`, 'custom')
    for (const name of given.names()) {
      const key = name.toLowerCase()
      if (name.length > 64 || !TAG_KEY.test(name)) given.fail([name], 'Not a tag key', 'invalid_key')
      if (Object.hasOwn(tags, key)) given.fail([name], 'The same tag twice once lower-cased', 'custom')
      const text = tags[key] = given.text(name, { min: 1, max: 255 })
      if (key === 'end_user_email' && !EMAIL.pattern.test(text)) given.fail([], 'end_user_email is not an e-mail address', 'custom')
    }
    return tags
  }

  /**
   * A URL, or null for an empty text. Nango's outbound policy rejects loopback and private hosts too; the sandbox accepts them, since its
   * webhook receivers are on loopback.
   */
  webhookUrl (name = 'webhook_url_override'): string | null | undefined {
    const text = this.optionalText(name)
    if (text === undefined || text === '') return text === '' ? null : undefined
    if (!URL.canParse(text)) this.fail([name], 'Not a URL', 'invalid_format')
    else if (/(^|\.)nango\.dev$/.test(new URL(text).hostname)) this.fail([name], 'This host is not allowed', 'custom')
    return text
  }

  done (code: 'invalid_body' | 'invalid_query_params' | 'invalid_headers' | 'invalid_uri_params'): void {
    if (this.#issues.length > 0) throw new NangoError(400, code, { errors: this.#issues })
  }
}

export const strictQuery = (query: Dict, allowed: readonly string[] = []): void =>
  new Input(query).strict(allowed).done('invalid_query_params')
