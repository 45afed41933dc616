/** A minimal shared cache by RFC 9111: any proxy or CDN in front may store and return what it does. */
import type { FastifyInstance } from 'fastify'

type Headers = Readonly<Record<string, string>>
interface Response { readonly status: number, readonly headers: Readonly<Record<string, string | undefined>>, readonly body: string }
interface Stored extends Response { readonly request: Headers }

/** RFC 9110 15.1: without explicit freshness these may be stored. */
const HEURISTIC = new Set([200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501])

export class SharedCache {
  readonly #app: FastifyInstance
  readonly #stored = new Map<string, Stored[]>()
  hits = 0

  constructor (app: FastifyInstance) { this.#app = app }

  async get (url: string, headers: Headers): Promise<Response> {
    const stored = this.#stored.get(url)?.find((response) => selects(response, headers))
    if (stored !== undefined) {
      this.hits++
      return stored
    }
    const { statusCode: status, headers: sent, body } = await this.#app.inject({ url, headers })
    const texts = Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, String(value)]))
    const response: Response = { status, headers: texts, body }
    if (mayStore(response, headers)) this.#stored.set(url, [...this.#stored.get(url) ?? [], { ...response, request: headers }])
    return response
  }
}

function mayStore ({ status, headers }: Response, request: Headers): boolean {
  const targeted = headers['cdn-cache-control'] ?? headers['surrogate-control'] // RFC 9213: they go before Cache-Control
  const directives = directivesOf(targeted ?? headers['cache-control'])
  if (directives.has('no-store') || directives.has('private')) return false
  if ('authorization' in request && !['public', 's-maxage', 'must-revalidate'].some((name) => directives.has(name))) return false
  const fresh = directives.has('s-maxage') || directives.has('max-age') || headers.expires !== undefined
  return fresh || directives.has('public') || HEURISTIC.has(status)
}

function selects ({ headers: { vary = '' }, request }: Stored, headers: Headers): boolean {
  const names = vary.split(',').map((name) => name.trim().toLowerCase()).filter((name) => name !== '')
  return names.every((name) => name !== '*' && headers[name] === request[name])
}

function directivesOf (text: string | undefined): Set<string> {
  return new Set((text ?? '').split(',').map((directive) => directive.split('=')[0]?.trim().toLowerCase() ?? ''))
}
