/** The OpenAPI document at /openapi.json and Swagger UI at /docs. */
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { finishDocument, keepSchemaNames } from './openapi-document.ts'
import { VERSION } from '../plugin/index.ts'

export interface DocsOptions {
  /** Callers send a key. */
  readonly keys: boolean
  /** A connection id that works here, offered in every form; null where none is known. */
  readonly exampleConnectionId: string | null
}

const DESCRIPTION = `Calls ROLLER for the venues that are connected through Nango.

1. **Authorize** with one of this gateway's API keys, where it asks for one.
2. **Connect** a venue with \`POST /connect-session\`, or find one with \`GET /connections\`.
3. **Call** ROLLER's own paths under \`/roller\`, with the connection's id in the header \`Connection-Id\`.`

/** Call before the routes are added: the document is gathered from them. */
export async function addDocs (app: FastifyInstance, { keys, exampleConnectionId }: DocsOptions): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'fastify-roller', version: VERSION, description: DESCRIPTION, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: '/', description: 'This gateway' }],
      ...(keys && { security: [{ apiKey: [] }] }),
      components: {
        ...(keys && { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'One of this gateway\'s API keys.' } } })
      }
    },
    transform: ({ schema, url }) => ({ schema: keepSchemaNames(schema), url }),
    transformObject: (documentObject) => 'openapiObject' in documentObject
      ? finishDocument(documentObject.openapiObject, exampleConnectionId)
      : documentObject.swaggerObject
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    // Swagger UI styles its elements inline; scripts come from this server alone, and nothing else is asked.
    staticCSP: "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'",
    uiConfig: { persistAuthorization: true, tryItOutEnabled: true, docExpansion: 'none', displayRequestDuration: true, deepLinking: true, filter: true }
  })
  app.get('/openapi.json', { schema: { hide: true }, logLevel: 'warn' }, async () => app.swagger())
}
