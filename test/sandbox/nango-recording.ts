/** The recorded exchanges with a real Nango server, and the comparison of a response with them. */
import { readFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'

export interface RecordedExchange {
  name: string
  /** ROLLER's behavior at that moment. */
  roller?: { kind: string, path: string, when: string } & Record<string, unknown>
  request: { method: string, path: string, headers: Record<string, string>, body?: string }
  response: { status: number, headers: Record<string, string>, body?: string }
}
/** A fact observed over several calls that are not recorded individually. */
export interface RecordedNote { name: string, note: string, updated_at_changed: boolean, created_at_changed: boolean }
export interface Received { status: number, headers: IncomingHttpHeaders, body: Buffer }

export const RECORDINGS: readonly (RecordedExchange | RecordedNote)[] =
  // The file contains data of this shape.
  JSON.parse(
    readFileSync(new URL(import.meta.resolve('#root/test/sandbox/nango-recordings.json')), 'utf8')
  ) as (RecordedExchange | RecordedNote)[]
export const isNote = (record: RecordedExchange | RecordedNote): record is RecordedNote => 'note' in record

/** Recorded headers: one that a record lacks must be missing in the response. */
const KEPT_HEADERS = new Set(RECORDINGS.flatMap((record) => isNote(record) ? [] : Object.keys(record.response.headers)))

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}`
const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const KINDS: Record<string, string> = {
  uuid: UUID,
  time: `${TIME}Z`,
  'time+00:00': String.raw`${TIME}\+00:00`,
  etag: 'W/"[^"]+"',
  text: '.+',
  number: String.raw`-?\d+(?:\.\d+)?`,
  token: '[A-Za-z0-9._~-]{20,}',
  sessionToken: 'nango_connect_session_[0-9a-f]{64}',
  log: '.+',
  url: String.raw`https?://[^/\s]+/\S+`
}
/** Placeholders with the same value everywhere, in one exchange or in all of them. */
const BOUND_IN_EXCHANGE = ['token', 'sessionToken']
const PLACEHOLDER = /\{\{([^}]+)\}\}/g
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')

/** Values of placeholders; `uuid1` and similar ones are shared by all exchanges. */
export class Bindings {
  readonly #lasting: Map<string, string>
  readonly #here = new Map<string, string>()

  constructor (lasting = new Map<string, string>()) {
    this.#lasting = lasting
  }

  get (name: string): string | undefined {
    return this.#here.get(name) ?? this.#lasting.get(name)
  }

  set (name: string, value: string): void {
    (BOUND_IN_EXCHANGE.includes(name) ? this.#here : this.#lasting).set(name, value)
  }

  forExchange (): Bindings {
    return new Bindings(this.#lasting)
  }

  /** The text with its placeholders filled in. */
  fill (text: string): string {
    return text.replace(PLACEHOLDER, (whole, name: string) => this.get(name) ?? whole)
  }

  /** Whether the text matches; new placeholders are bound. */
  fits (expected: string, actual: string): boolean {
    const names: string[] = []
    const source = expected.split(PLACEHOLDER).map((part, index) => {
      if (index % 2 === 0) return escaped(part)
      const known = this.get(part)
      if (known !== undefined) return escaped(known)
      const kind = KINDS[part.replace(/^uuid\d+$/, 'uuid')]
      if (kind === undefined) throw new Error(`unknown placeholder ${part}`)
      names.push(part)
      return `(${kind})`
    }).join('')
    const match = new RegExp(`^${source}$`, 's').exec(actual)
    if (match === null) return false
    for (const [index, name] of names.entries()) {
      if (/^uuid\d/.test(name) || BOUND_IN_EXCHANGE.includes(name)) this.set(name, match[index + 1] ?? '')
    }
    return true
  }
}

/** Differences between a recorded response and the actual one; empty if there are none. */
export function differences (expected: RecordedExchange['response'], actual: Received, bindings: Bindings): string[] {
  const found: string[] = []
  if (expected.status !== actual.status) found.push(`status ${actual.status}, not ${expected.status}`)
  for (const name of KEPT_HEADERS) found.push(...headerDifference(name, expected, actual, bindings))
  const text = actual.body.toString('utf8')
  const size = /^\{\{(\d+) bytes\}\}$/.exec(expected.body ?? '')?.[1]
  if (size !== undefined) {
    if (actual.body.length !== Number(size)) found.push(`${actual.body.length} bytes, not ${size}`)
  } else if (hasJson(expected)) {
    found.push(...compare(JSON.parse(expected.body ?? ''), parsed(text), '', bindings))
  } else if (!bindings.fits(expected.body ?? '', text)) {
    found.push(`body ${text}, not ${expected.body}`)
  }
  return found
}

const hasJson = ({ headers, body }: RecordedExchange['response']): boolean =>
  /json/.test(headers['content-type'] ?? '') && (body ?? '') !== ''

function headerDifference (name: string, expected: RecordedExchange['response'], actual: Received, bindings: Bindings): string[] {
  const wanted = expected.headers[name]
  const got = actual.headers[name]
  if (wanted === undefined) {
    // The length of JSON was not recorded, since placeholders change it.
    const mayDiffer = name === 'content-length' && /json/.test(expected.headers['content-type'] ?? '')
    return got === undefined || mayDiffer ? [] : [`header ${name}: ${String(got)}, not recorded`]
  }
  return typeof got === 'string' && bindings.fits(wanted, got) ? [] : [`header ${name}: ${String(got)}, not ${wanted}`]
}

function parsed (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return `not JSON: ${text}`
  }
}

function compare (expected: unknown, actual: unknown, at: string, bindings: Bindings): string[] {
  const different = [`${at || 'body'}: ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`]
  if (expected === '{{number}}') return typeof actual === 'number' ? [] : different
  if (typeof expected === 'string') return typeof actual === 'string' && bindings.fits(expected, actual) ? [] : different
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return different
    return expected.flatMap((one, index) => compare(one, actual[index], `${at}[${index}]`, bindings))
  }
  if (typeof expected !== 'object' || expected === null) return expected === actual ? [] : different
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) return different
  const [wanted, got] = [new Map(Object.entries(expected)), new Map(Object.entries(actual))]
  const missing = [...wanted.keys()].filter((key) => !got.has(key)).map((key) => `${at}.${key} is missing`)
  const extra = [...got.keys()].filter((key) => !wanted.has(key)).map((key) => `${at}.${key} is not recorded`)
  const shared = [...wanted].filter(([key]) => got.has(key))
  return [...missing, ...extra, ...shared.flatMap(([key, value]) => compare(value, got.get(key), `${at}.${key}`, bindings))]
}
