/**
 * `POST /webhooks/roller/:connectionId`. ROLLER reviews a webhook that ever gets another answer than 200, 500, 503 or 504, and may disable
 * it, so this route sends only the first three. 200: accepted. 500: rejected permanently. 503: temporary; ROLLER retries for
 * 4 days.
 */
import type { IncomingMessage } from 'node:http'
import { Type } from '@sinclair/typebox'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ErrorCode } from '../errors.ts'
import type { Clock } from '../util/clock.ts'
import type { RollerIntake } from '../webhooks/intake.ts'
import { isWebhookKey } from '../webhooks/keys.ts'
import { WebhookMessage } from '../webhooks/roller-events.ts'
import { closeConnection, readBytes } from './body.ts'
import { configOf } from './route-config.ts'

export interface RollerWebhookRoutesOptions {
  /** The current one first; empty: no delivery is accepted. */
  readonly secrets: readonly string[]
  readonly intake: RollerIntake
  readonly clock: Clock
}

/** Path of the routes under the plugin's prefix. */
const ROLLER_WEBHOOKS = '/webhooks/roller'
/** A busy booking with everything included has some 100 KB. */
const BODY_LIMIT = 5 * 1024 * 1024

type Status = 200 | 500 | 503
const STATUSES: ReadonlySet<number> = new Set<Status>([200, 500, 503])
/** The permanent error of a body. */
const WRONG_BODY: ReadonlySet<string> = new Set<ErrorCode | 'FST_ERR_CTP_INVALID_MEDIA_TYPE'>([
  'ROLLER_ERR_BODY_TOO_LARGE', 'ROLLER_ERR_MEDIA_TYPE', 'FST_ERR_CTP_INVALID_MEDIA_TYPE'
])

const ShortText = Type.String({ description: 'A short text for manual tests.' })
const responses = {
  200: { description: 'Accepted, now or earlier.', content: { 'text/plain': { schema: ShortText } } },
  500: {
    description: 'Rejected: wrong key, unknown connection, connection of another venue, body too large, or no delivery.',
    content: { 'text/plain': { schema: ShortText } }
  },
  503: { description: 'Temporary failure: ROLLER retries.', content: { 'text/plain': { schema: ShortText } } }
}

const schema = {
  summary: 'Receive a webhook of ROLLER',
  description: 'For ROLLER only, with the x-roller-apikey that POST /connections/{id}/webhooks registered.',
  operationId: 'takeRollerWebhook',
  tags: ['Webhooks'],
  security: [],
  params: Type.Object({ connectionId: Type.String({ description: 'Connection id, percent-encoded.', examples: ['demo-venue'] }) }),
  headers: Type.Object({ 'x-roller-apikey': Type.String() }),
  body: { content: { 'application/json': { schema: WebhookMessage } } },
  response: responses
}

export async function rollerWebhookRoutes (app: FastifyInstance, { secrets, intake, clock }: RollerWebhookRoutesOptions): Promise<void> {
  const startedAt = new WeakMap<FastifyRequest, number>()
  const config = configOf(app, { auth: 'self' })
  app.addHook('onRequest', async (request) => { startedAt.set(request, clock.now()) })
  checkKeys(app, secrets)
  // The body is parsed after the key is checked; a parse error must not produce a 4xx.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (request: FastifyRequest, payload: IncomingMessage) => readBytes(request, payload, BODY_LIMIT))
  app.setValidatorCompiler(() => () => true)
  restrictStatuses(app)

  const take = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const outcome = await intake.receive({
      connectionId: connectionIdOf(request),
      body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      startedAt: startedAt.get(request) ?? clock.now()
    })
    if (outcome === 'rejected') return respond(reply, 500, 'no such connection')
    return outcome === 'handled' ? respond(reply, 200, 'taken') : respond(reply, 503, 'not now')
  }
  app.post(`${ROLLER_WEBHOOKS}/:connectionId`, { config, schema: { ...schema } }, take) // a host's onRoute hook may change the copy
  // Ids that exceed the host's maxParamLength, other methods, and everything below: ROLLER would disable a webhook that gets a 404 or 405.
  for (const url of [`${ROLLER_WEBHOOKS}/*`, ROLLER_WEBHOOKS]) {
    app.route({
      method: app.supportedMethods,
      url,
      config,
      exposeHeadRoute: false,
      schema: { hide: true },
      handler: async (request, reply) => request.method === 'POST' ? await take(request, reply) : respond(reply, 500, 'no such webhook')
    })
  }
}

/** Before the body is read: an unauthenticated request uses no memory for a body. */
function checkKeys (app: FastifyInstance, secrets: readonly string[]): void {
  let draining = false
  let unconfigured = false
  app.addHook('preClose', async () => { draining = true })
  app.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'POST') return
    if (secrets.length === 0) {
      if (!unconfigured) {
        request.log.error('ROLLER\'s webhooks are rejected: set the option rollerWebhookSecrets, or ROLLER_WEBHOOK_SECRET')
      }
      unconfigured = true
      return respond(reply, 503, 'not configured')
    }
    if (draining) return respond(reply, 503, 'shutting down')
    if (isWebhookKey(secrets, connectionIdOf(request), request.headers['x-roller-apikey'])) return
    request.log.warn('a delivery to ROLLER\'s webhook was rejected: its key is missing or wrong')
    closeConnection(request, reply)
    return respond(reply, 500, 'wrong key')
  })
}

/** Lets no error and no hook of the host respond with another status. */
function restrictStatuses (app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    // The error's own text may quote the body.
    request.log.warn({ code: error.code ?? error.name, status: error.statusCode }, 'a delivery to ROLLER\'s webhook failed')
    if (!WRONG_BODY.has(error.code)) return respond(reply, 503, 'not now')
    closeConnection(request, reply)
    return respond(reply, 500, 'wrong body')
  })
  // A hook of the host (a login, a rate limit) may have set another status.
  app.addHook('onSend', async (request, reply, payload) => {
    reply.header('cache-control', 'no-store')
    if (STATUSES.has(reply.statusCode)) return payload
    request.log.error(
      { status: reply.statusCode },
      'a hook of the host responded to ROLLER\'s webhook: exempt the route by its config.roller'
    )
    reply.code(503).removeHeader('content-length').removeHeader('location').type('text/plain; charset=utf-8')
    return 'not now'
  })
}

/** For handlers that run before routing, as for a URL that cannot be decoded. */
export function isRollerWebhook (url: string): boolean {
  const path = url.split('?', 1)[0] ?? ''
  return path.endsWith(ROLLER_WEBHOOKS) || path.includes(`${ROLLER_WEBHOOKS}/`)
}

/** The response to a delivery that can never be accepted. */
export function rejectDelivery (reply: FastifyReply): FastifyReply {
  return respond(reply.header('cache-control', 'no-store'), 500, 'no such webhook')
}

function connectionIdOf ({ params }: FastifyRequest): string {
  const { connectionId, '*': rest } = params as { readonly connectionId?: string, readonly '*'?: string } // of the routes above
  return connectionId ?? rest ?? ''
}

function respond (reply: FastifyReply, status: Status, text: string): FastifyReply {
  return reply.code(status).send(text)
}
