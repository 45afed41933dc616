/** The purpose of each dependency. A test rejects a dependency without one. */

export interface Reason {
  /** The package that uses it: the plugin, or only the service. */
  readonly part: 'plugin' | 'service'
  readonly why: string
}

const plugin = (why: string): Reason => ({ part: 'plugin', why })
const service = (why: string): Reason => ({ part: 'service', why })

export const dependencyReasons: Readonly<Record<string, Reason>> = {
  fastify: plugin('The framework that the plugin extends, and the server of the service.'),
  'fastify-plugin': plugin('Makes `app.roller` visible to the host, and declares the supported versions of Fastify.'),
  '@sinclair/typebox': plugin('Schemas of options, operations and problems. Validation, types and documents are derived from them.'),
  '@nangohq/node': plugin(
    'Nango\'s own client, for connections and sessions. Calls to ROLLER do not use it, because its proxy buffers whole responses.'
  ),
  undici: plugin(
    'HTTP client for Nango and ROLLER. Node.js contains it, but does not export its pools and its `dispatch`, which copies no bytes.'
  ),
  'lru-cache': plugin('Bounds everything that is kept in memory by number, size or age.'),
  negotiator: plugin('Reads the Accept header of `GET /exports/{report}`.'),
  'temporal-polyfill': plugin('Dates and times in a venue\'s time zone, including daylight saving time. Node.js 20 has no Temporal.'),
  '@modelcontextprotocol/server': service('The Model Context Protocol, loaded only with `MCP=true`. In your own app it is an ' +
    'optional peer dependency of `fastify-roller/mcp`.'),
  '@fastify/cors': service('CORS headers for `CORS_ORIGINS`.'),
  '@fastify/rate-limit': service('`RATE_LIMIT`, the limit of each caller.'),
  '@fastify/swagger': service('Generates the OpenAPI document from the schemas of the routes.'),
  '@fastify/swagger-ui': service('Serves `/docs`. 6.1.0 is the last version for Node.js 20.'),
  '@fastify/under-pressure': service('Returns 503 while the event loop is overloaded.'),
  'cli-progress': service('Progress bars of `roller-sidecar export` on a terminal.'),
  'close-with-grace': service('Orderly shutdown after a signal or an uncaught error.'),
  'hyparquet-writer': service('Writes the Parquet files of `roller-sidecar export --format parquet`. 1.5 MB with its one dependency.'),
  helmet: service('Security headers of the service\'s responses.'),
  ioredis: service('Redis client for `REDIS_URL`. The plugin uses the client that the host passes to it.'),
  jose: service('Verifies callers\' JSON Web Tokens with the issuer\'s published keys.'),
  pino: service('The log, written asynchronously. Fastify depends on it as well.'),
  'prom-client': service('Prometheus metrics at `/metrics`.'),
  standardwebhooks: service('Signs events for `WEBHOOK_TARGET_URL` by a convention for which most languages have a library.'),
  'fastest-levenshtein': service('Finds the variable that a misspelled one resembles.'),
  'https-proxy-agent': service('Sends traces through `HTTPS_PROXY` and `HTTP_PROXY`. Optional.'),
  '@opentelemetry/api': service(
    'Traces. Optional, like the next three: not loaded without `OTEL_EXPORTER_OTLP_ENDPOINT`, and not installed by `npm install ' +
    '--omit=optional`.'
  ),
  '@opentelemetry/exporter-trace-otlp-http': service('Sends traces by OTLP.'),
  '@opentelemetry/resources': service('Adds the service to every trace.'),
  '@opentelemetry/sdk-trace-node': service('Creates and batches the traces.')
}
