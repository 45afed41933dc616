/** The OpenAPI document and Swagger UI, in an app that does not listen: docs.ts injects requests. */
import { readFileSync } from 'node:fs'
import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import swaggerUi, { type FastifySwaggerUiOptions } from '@fastify/swagger-ui'
import Fastify, { type FastifyInstance } from 'fastify'
import type { DocsOptions, DocumentedRoute } from './docs.ts'
import { fillInExamples } from './examples.ts'
import { TAGS } from './tags.ts'
import { finishDocument, keepSchemaNames } from './openapi-document.ts'
import { VERSION } from 'fastify-roller/internal'

const DESCRIPTION = `Calls ROLLER for the venues that are connected through Nango. Three steps:

1. **Authorize** once with one of this gateway's API keys, if required. This browser keeps it.
2. **Connect** a venue: \`POST /connect-session\` returns a link to send to a venue manager. \`GET /connections\`
   lists the connected venues.
3. **Call** ROLLER's own paths under \`/roller\` with the connection's id in \`Connection-Id\`. The id that you used last
   is filled in for you.`

const SANDBOX_DESCRIPTION = '**This is a sandbox**: a simulated Nango and a simulated ROLLER with simulated data. ' +
  'Every response has the header `Roller-Sandbox: true`.\n\n'

const STYLE = readFileSync(new URL('./style.css', import.meta.url), 'utf8')
const PAGE_SCRIPT = readFileSync(new URL('./page.js', import.meta.url), 'utf8')

/** Globals of page.js, in the browser. */
declare const rememberConnection: <T>(request: T) => T
declare const fillInConnection: <T>(response: T) => T

export async function buildExplorer (routes: readonly DocumentedRoute[], options: DocsOptions): Promise<FastifyInstance> {
  const { exampleConnectionId, exampleCalls = {}, sandbox } = options
  const app = Fastify({ exposeHeadRoutes: false })
  app.setValidatorCompiler(() => () => true) // these routes are never called
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  const title = sandbox ? 'fastify-roller (sandbox)' : 'fastify-roller'
  await app.register(swagger, {
    openapi: documentHead(title, options),
    transform: ({ schema, url }) => ({ schema: keepSchemaNames(schema), url }),
    transformObject: (documentObject) => 'openapiObject' in documentObject
      ? fillInExamples(finishDocument(documentObject.openapiObject, exampleConnectionId), exampleCalls)
      : documentObject.swaggerObject
  })
  await app.register(swaggerUi, uiOptions(title))
  for (const route of routes) app.route({ ...route, handler: async () => {} })
  app.get('/openapi.json', { schema: { hide: true } }, async () => servedBelow(app.swagger(), '.'))
  await app.ready()
  return app
}

function documentHead (title: string, { keys, sandbox }: DocsOptions): NonNullable<FastifyDynamicSwaggerOptions['openapi']> {
  return {
    openapi: '3.1.0',
    info: {
      title,
      version: VERSION,
      description: (sandbox ? SANDBOX_DESCRIPTION : '') + DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' }
    },
    tags: TAGS,
    servers: [{ url: '/', description: 'This gateway' }],
    ...(keys && { security: [{ apiKey: [] }] }),
    components: {
      ...(
        keys && {
          securitySchemes: {
            apiKey: {
              type: 'http', scheme: 'bearer', description: 'One of this gateway\'s API keys, or a token of the issuer that it trusts.'
            }
          }
        }
      )
    }
  }
}

function uiOptions (title: string): FastifySwaggerUiOptions {
  return {
    routePrefix: '/docs',
    indexPrefix: '.', // so that the page's files are beside it behind a proxy that strips a prefix
    transformSpecification: (document) => servedBelow(document, '..'),
    transformSpecificationClone: false,
    // Swagger UI styles its elements inline; scripts come from this server alone.
    staticCSP: "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; " +
      "frame-ancestors 'self'",
    theme: {
      title,
      css: [{ filename: 'docs.css', content: STYLE }],
      js: [{ filename: 'docs.js', content: PAGE_SCRIPT }]
    },
    uiConfig: {
      layout: 'BaseLayout', // without the bar that loads other documents
      persistAuthorization: true,
      tryItOutEnabled: true,
      docExpansion: 'none',
      displayRequestDuration: true,
      deepLinking: true,
      filter: true,
      // Both come from page.js: these two arrow functions are written into the page's script.
      requestInterceptor: (request) => rememberConnection(request),
      responseInterceptor: (response) => fillInConnection(response)
    }
  }
}

/** @param base of the API, relative to the address of the document: a proxy may have stripped a prefix */
function servedBelow<T> (document: T, base: string): T {
  return { ...document, servers: [{ url: base, description: 'This gateway' }] }
}
