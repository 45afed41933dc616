import { NangoError } from './errors.ts'
import type { Issue } from './errors.ts'

export type Dict = Record<string, unknown>
export type Path = (string | number)[]
interface TextRule { min?: number, max?: number, pattern?: RegExp }

export const isDict = (value: unknown): value is Dict => typeof value === 'object' && value !== null && !Array.isArray(value)

const INTEGRATION_KEY = /^[A-Za-z0-9~:.@ _-]+$/
const CONNECTION_ID = /^[A-Za-z0-9,.;:=+~[\]|@${}"'\\/_ -]+$/
const TAG_KEY = /^[A-Za-z][A-Za-z0-9_\-./]*$/
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/
const MAX_TAGS = 10

/** Collects every complaint about an input, the way a schema library does, and throws them at once. */
export class Check {
  readonly issues: Issue[] = []

  fail (path: Path, message: string, code = 'invalid_value'): void {
    this.issues.push({ code, message, path })
  }

  /** Nango's schemas are strict: an unknown key is an error, not noise. */
  strict (value: unknown, allowed: string[], path: Path = []): Dict {
    const dict = this.dict(value, path)
    const unknown = Object.keys(dict).filter((key) => !allowed.includes(key))
    if (unknown.length > 0) this.fail(path, `Unrecognized keys: ${unknown.join(', ')}`, 'unrecognized_keys')
    return dict
  }

  dict (value: unknown, path: Path): Dict {
    if (isDict(value)) return value
    this.fail(path, 'Expected an object', 'invalid_type')
    return {}
  }

  text (value: unknown, path: Path, rule: TextRule = {}): string {
    if (typeof value !== 'string') this.fail(path, 'Expected a string', 'invalid_type')
    else if (value.length < (rule.min ?? 0)) this.fail(path, `Shorter than ${rule.min} characters`, 'too_small')
    else if (value.length > (rule.max ?? Infinity)) this.fail(path, `Longer than ${rule.max} characters`, 'too_big')
    else if (rule.pattern !== undefined && !rule.pattern.test(value)) this.fail(path, 'Not in the expected format', 'invalid_format')
    else return value
    return ''
  }

  optionalText (value: unknown, path: Path, rule: TextRule = {}): string | undefined {
    return value === undefined ? undefined : this.text(value, path, rule)
  }

  integrationKey = (value: unknown, path: Path): string => this.text(value, path, { max: 255, pattern: INTEGRATION_KEY })
  connectionId = (value: unknown, path: Path): string => this.text(value, path, { max: 255, pattern: CONNECTION_ID })
  email = (value: unknown, path: Path): string => this.text(value, path, { min: 5, pattern: EMAIL })

  flag (value: string | null, path: Path): boolean {
    if (value !== null && value !== 'true' && value !== 'false') this.fail(path, 'Expected "true" or "false"')
    return value === 'true'
  }

  /** Keys are lower-cased on write and values are left as they are. */
  tags (value: unknown, path: Path): Record<string, string> {
    const entries = Object.entries(this.dict(value, path))
    const tags: Record<string, string> = {}
    if (entries.length > MAX_TAGS) this.fail(path, `More than ${MAX_TAGS} tags`, 'custom')
    for (const [name, text] of entries) {
      const key = name.toLowerCase()
      if (name.length > 64 || !TAG_KEY.test(name)) this.fail([...path, name], 'Not a tag key', 'invalid_key')
      if (Object.hasOwn(tags, key)) this.fail([...path, name], 'The same tag twice once lower-cased', 'custom')
      tags[key] = this.text(text, [...path, name], { min: 1, max: 255 })
      if (key === 'end_user_email' && !EMAIL.test(tags[key])) this.fail(path, 'end_user_email is not an e-mail address', 'custom')
    }
    return tags
  }

  /**
   * A URL, or an empty string for none. Nango also refuses loopback and private hosts by its outbound policy; the
   * simulator does not, because in a sandbox every webhook receiver is on loopback.
   */
  webhookUrl (value: unknown, path: Path): string | null {
    const text = this.text(value, path)
    if (text === '') return null
    if (!URL.canParse(text)) this.fail(path, 'Not a URL', 'invalid_format')
    else if (/(^|\.)nango\.dev$/.test(new URL(text).hostname)) this.fail(path, 'This host is not allowed', 'custom')
    return text
  }

  done (code: 'invalid_body' | 'invalid_query_params' | 'invalid_headers' | 'invalid_uri_params'): void {
    if (this.issues.length > 0) throw new NangoError(400, code, { errors: this.issues })
  }
}

export function strictQuery (query: URLSearchParams, allowed: string[], patterns: RegExp[] = []): void {
  const check = new Check()
  const unknown = [...query.keys()].filter((key) => !allowed.includes(key) && !patterns.some((pattern) => pattern.test(key)))
  if (unknown.length > 0) check.fail([], `Unrecognized keys: ${unknown.join(', ')}`, 'unrecognized_keys')
  check.done('invalid_query_params')
}
