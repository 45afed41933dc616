/**
 * Limits what caches between this app and its callers may store. ROLLER serves one venue at a time and may send `Cache-Control: public`;
 * here the same URL returns another venue's data to another caller, and only `Vary` separates them in a cache.
 */
import type { FastifyReply } from 'fastify'
import { FORWARDED } from '../gateway/sanitize-request.ts'

export interface CacheHeadersOptions {
  /** True: shared caches may store what ROLLER allows. */
  readonly sharedCaching: boolean
  /** Further request headers by which the application distinguishes its callers. */
  readonly vary: readonly string[]
}

/** Request headers that choose the venue or the caller, or influence the call. */
const CHOOSING: readonly string[] = ['Connection-Id', 'Roller-Venue', 'Authorization', 'Cookie', 'Roller-Validation']

type Kind = 'plain' | 'vary' | 'cache-control' | 'targeted'

/** Servers send the same few names and values with every response. The bound protects against one that does not. */
const MAX_KNOWN = 500

/** Writes cache headers to the reply. One for each registration of the plugin. */
export class CacheHeaders {
  /** On every response, even if ROLLER is not called. */
  readonly vary: string
  readonly #sharedCaching: boolean
  readonly #merged = new Map<string, string>()

  constructor ({ sharedCaching, vary }: CacheHeadersOptions) {
    this.vary = join([...CHOOSING, ...FORWARDED.filter((name) => name !== 'content-type'), ...vary])
    this.#sharedCaching = sharedCaching
  }

  /** @param headers names in lower case; not modified, since callers of one response share them */
  apply (reply: FastifyReply, headers: Readonly<Record<string, string | string[]>>): void {
    const own = reply.getHeader('vary') // CORS adds Origin, for example
    let vary: string | string[] | undefined
    let cacheControl: string | string[] | undefined
    for (const name in headers) { // no inherited names, see sanitizeResponseHeaders
      const value = headers[name]
      if (value === undefined) continue
      const kind = kindOf(name)
      if (kind === 'vary') vary = value
      else if (kind === 'cache-control') cacheControl = value
      else if (kind === 'plain' || this.#sharedCaching) reply.header(name, value)
    }
    reply.header('vary', own === undefined && vary === undefined ? this.vary : this.#merge(textOf(own), textOf(vary)))
    if (!this.#sharedCaching) reply.header('cache-control', cacheControl === undefined ? 'private' : toPrivate(textOf(cacheControl)))
    else if (cacheControl !== undefined) reply.header('cache-control', cacheControl)
  }

  /** For responses that are not ROLLER's. */
  applyToProblem (reply: FastifyReply): void {
    const own = reply.getHeader('vary')
    reply.header('vary', own === undefined ? this.vary : this.#merge(textOf(own), ''))
  }

  #merge (own: string, upstream: string): string {
    const key = `${own}\n${upstream}`
    const known = this.#merged.get(key)
    if (known !== undefined) return known
    const merged = join([this.vary, own, upstream].flatMap((value) => value.split(',')))
    if (this.#merged.size < MAX_KNOWN) this.#merged.set(key, merged)
    return merged
  }
}

/** Each name once, in any case; a star means everything (RFC 9110 12.5.5). */
function join (names: readonly string[]): string {
  const found = new Map<string, string>()
  for (const name of names.map((written) => written.trim())) {
    if (name === '*') return '*'
    if (name !== '' && !found.has(name.toLowerCase())) found.set(name.toLowerCase(), name)
  }
  return [...found.values()].join(', ')
}

const kinds = new Map<string, Kind>()

function kindOf (name: string): Kind {
  const known = kinds.get(name)
  if (known !== undefined) return known
  const kind = classify(name)
  if (kinds.size < MAX_KNOWN) kinds.set(name, kind)
  return kind
}

/** Headers other than Cache-Control that control specific caches: RFC 9213, and Akamai's own. */
const TARGETED = /^(edge-control|.+-cache-control)$/

function classify (name: string): Kind {
  if (name === 'vary' || name === 'cache-control') return name
  return TARGETED.test(name) ? 'targeted' : 'plain'
}

const privates = new Map<string, string>()

/** Directives that let a shared cache store; `private="name"` protects that one field only. */
const SHARING: ReadonlySet<string> = new Set(['public', 's-maxage', 'proxy-revalidate', 'private'])

function toPrivate (cacheControl: string): string {
  const known = privates.get(cacheControl)
  if (known !== undefined) return known
  const kept = directivesOf(cacheControl).filter((directive) => !SHARING.has(nameOf(directive)))
  const names = new Set(kept.map(nameOf))
  // A cache that supports must-understand may store in spite of no-store (RFC 9111 5.2.2.3).
  const stored = !names.has('no-store') || names.has('must-understand')
  // In front, so that an unterminated quotation mark cannot hide it.
  const response = [...stored ? ['private'] : [], ...kept].join(', ')
  if (privates.size < MAX_KNOWN) privates.set(cacheControl, response)
  return response
}

function nameOf (directive: string): string {
  return directive.split('=', 1)[0]?.trim().toLowerCase() ?? ''
}

/** Split at commas outside quotation marks. */
function directivesOf (text: string): string[] {
  const directives: string[] = []
  let [start, quoted] = [0, false]
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (quoted && character === '\\') index++
    else if (character === '"') quoted = !quoted
    else if (character === ',' && !quoted) {
      directives.push(text.slice(start, index).trim())
      start = index + 1
    }
  }
  directives.push(text.slice(start).trim())
  return directives.filter((directive) => directive !== '')
}

/** Of a list, separated by commas. */
function textOf (value: unknown): string { return value === undefined ? '' : String(value) }
