/** The purpose of each dependency. A test of the documents rejects a dependency without one. */

export interface Reason {
  /** The package that uses it: the plugin, or only the service. */
  readonly part: 'plugin' | 'service'
  readonly why: string
}

const plugin = (why: string): Reason => ({ part: 'plugin', why })
const service = (why: string): Reason => ({ part: 'service', why })

export const dependencyReasons: Readonly<Record<string, Reason>> = {
  fastify: plugin('What this is a plugin for; the service runs on it.'),
  'fastify-plugin': plugin('Lets the host see `app.roller`, and says which Fastify the plugin is for.'),
  '@sinclair/typebox': plugin('Schemas of options, operations and problems: validated by them, typed by them, and documented from them.'),
  '@nangohq/node': plugin(
    'Nango\'s own client, for connections and sessions. Calls to ROLLER do not go through it: its proxy holds whole answers in memory.'
  ),
  undici: plugin(
    'The way out to Nango and ROLLER. Node.js has it inside, but neither its pools nor `dispatch`, which passes bytes on without copies.'
  ),
  'lru-cache': plugin('Everything that is remembered in memory is bounded, by number, size or age.'),
  negotiator: plugin('Which format of an export the header Accept prefers.'),
  'temporal-polyfill': plugin('Days and hours of a venue\'s own time zone, daylight saving included. Node.js 20 has no Temporal.'),
  '@modelcontextprotocol/server': service('The protocol of `MCP=true`; loaded for it alone. In an app of your own it is an ' +
    'optional peer of `fastify-roller/mcp`.'),
  '@fastify/cors': service('`CORS_ORIGINS`.'),
  '@fastify/rate-limit': service('`RATE_LIMIT`, for each caller.'),
  '@fastify/swagger': service('The OpenAPI document, from the same schemas.'),
  '@fastify/swagger-ui': service('`/docs`. 6.1.0 is the last that takes Node.js 20.'),
  '@fastify/under-pressure': service('Sheds load with 503 before the process stalls.'),
  'cli-progress': service('Progress bars of `roller-sidecar export` on a terminal.'),
  'close-with-grace': service('Ends the process in order on signals and on uncaught errors.'),
  'hyparquet-writer': service('Writes Parquet files of `roller-sidecar export --format parquet`; with its one dependency 1.5 MB.'),
  helmet: service('Security headers of the service\'s answers.'),
  ioredis: service('`REDIS_URL`. The plugin takes any client that the host gives it.'),
  jose: service('Callers\' JSON Web Tokens, and the issuer\'s published keys.'),
  pino: service('The log, and its writing in the background. Fastify brings the same.'),
  'prom-client': service('`/metrics`.'),
  standardwebhooks: service('Signs the events that are passed on, by a convention for which most languages have a library.'),
  'https-proxy-agent': service('Sends traces through `HTTPS_PROXY` and `HTTP_PROXY`. Optional.'),
  '@opentelemetry/api': service(
    'Traces. Optional, as the three below: nothing of it is loaded without `OTEL_EXPORTER_OTLP_ENDPOINT`, and `npm install ' +
    '--omit=optional` leaves it out.'
  ),
  '@opentelemetry/exporter-trace-otlp-http': service('Sends traces by OTLP.'),
  '@opentelemetry/resources': service('Adds the service to every trace.'),
  '@opentelemetry/sdk-trace-node': service('Makes and batches the traces.')
}
