/** Lets pages of the configured origins call. Without any, no header says so, and browsers keep all pages out. */
import type { FastifyCorsOptions } from '@fastify/cors'
import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify'

/** What no route documents: of the standards, and of every response in the sandbox. */
const REQUEST_HEADERS = ['authorization', 'content-type', 'traceparent', 'tracestate']
const RESPONSE_HEADERS = ['retry-after', 'roller-sandbox', 'roller-answered-by', 'www-authenticate', 'x-request-id']
/** Seconds. */
const MAX_AGE = 600

export class Cors {
  readonly #origins: ReadonlySet<string>
  readonly #allowed = [...REQUEST_HEADERS]
  readonly #exposed = [...RESPONSE_HEADERS]

  constructor (origins: readonly string[]) { this.#origins = new Set(origins) }

  /** Call before the routes are added: the headers are those that they document. */
  async addTo (app: FastifyInstance): Promise<void> {
    if (this.#origins.size === 0) return
    app.addHook('onRoute', ({ schema }) => {
      add(this.#allowed, propertiesOf(schema))
      for (const names of responsesOf(schema)) add(this.#exposed, names)
    })
    const { default: cors } = await import('@fastify/cors')
    const options: FastifyCorsOptions = {
      origin: [...this.#origins],
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowedHeaders: this.#allowed, // both lists are read with each request
      exposedHeaders: this.#exposed,
      maxAge: MAX_AGE
    }
    const noPreflight: FastifyCorsOptions = { ...options, preflight: false }
    await app.register(cors, { delegator: (request, use) => { use(null, isPreflight(request) ? options : noPreflight) } })
  }

  /** For answers that no hook sees. */
  headersFor (origin: string | undefined): Record<string, string> {
    if (this.#origins.size === 0) return {}
    if (origin === undefined || !this.#origins.has(origin)) return { vary: 'Origin' }
    return { vary: 'Origin', 'access-control-allow-origin': origin, 'access-control-expose-headers': this.#exposed.join(', ') }
  }
}

/** Any other OPTIONS is the route's: the package would reject it with 400 and a text. */
function isPreflight ({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined
}

function add (list: string[], names: readonly string[]): void {
  for (const name of names) if (!list.includes(name.toLowerCase())) list.push(name.toLowerCase())
}

interface Documented {
  readonly headers?: { readonly properties?: object }
  readonly response?: Readonly<Record<string, { readonly headers?: object }>>
}

function propertiesOf (schema: FastifySchema | undefined): string[] {
  return Object.keys((schema as Documented | undefined)?.headers?.properties ?? {}) // our own routes have this shape
}

function responsesOf (schema: FastifySchema | undefined): string[][] {
  return Object.values((schema as Documented | undefined)?.response ?? {}).map(({ headers = {} }) => Object.keys(headers)) // as above
}
