/** `/docs` and `/openapi.json`. Both are built on first use: they take a third of the memory of a starting service. */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { ExampleCalls } from './examples.ts'

export interface DocsOptions {
  /** Calls need an API key. */
  readonly keys: boolean
  /** A working connection id, used as the example in every form; null if there is none. */
  readonly exampleConnectionId: string | null
  /** Working example calls for the forms of ROLLER's operations. */
  readonly exampleCalls?: ExampleCalls | undefined
  /** Sandbox mode. */
  readonly sandbox: boolean
}

export type DocumentedRoute = Pick<RouteOptions, 'method' | 'url' | 'schema'>

/** Call before the routes are added: the document is collected from them. */
export function addDocs (app: FastifyInstance, options: DocsOptions): void {
  const routes: DocumentedRoute[] = []
  app.addHook(
    'onRoute',
    ({ method, url, schema }) => {
      if (method !== 'HEAD' && schema?.hide !== true) routes.push({ method, url, ...(schema !== undefined && { schema }) })
    }
  )

  let explorer: Promise<FastifyInstance> | undefined
  const serve = async ({ raw, headers }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    explorer ??= import('./explorer.ts').then(({ buildExplorer }) => buildExplorer(routes, options))
    // The files are small and always sent as a whole: only these two conditions would return the static server's own errors.
    const { 'if-none-match': tag, 'if-modified-since': since } = headers
    const found = await (await explorer).inject({
      url: raw.url ?? '/',
      headers: { ...(tag !== undefined && { 'if-none-match': tag }), ...(since !== undefined && { 'if-modified-since': since }) }
    })
    // A path that the static server rejects has no file.
    if (found.statusCode >= 400 && found.statusCode < 500) {
      reply.callNotFound()
      return reply
    }
    const { connection: _, date: __, ...rest } = found.headers
    return await reply.code(found.statusCode).headers(rest).send(found.rawPayload)
  }
  for (const url of ['/openapi.json', '/docs', '/docs/*']) app.get(url, { schema: { hide: true }, logLevel: 'warn' }, serve)
}
