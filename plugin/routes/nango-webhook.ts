/** `POST /webhooks/nango`. Nango treats any 2xx as success and a 4xx as final, and retries twice after a 5xx. */
import type { IncomingMessage } from 'node:http'
import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { RollerError } from '../errors.ts'
import { EventNotHandled } from '../webhooks/events.ts'
import { isSignedByNango, readReport } from '../nango/webhook.ts'
import type { ConnectionLifecycle } from '../venues/connection-lifecycle.ts'
import { readBytes } from './body.ts'
import { problemResponses } from './roller-schema.ts'
import { readJson } from '../util/json.ts'
import { configOf } from './route-config.ts'

export interface NangoWebhookOptions {
  /** Empty: none is accepted. */
  readonly signingKeys: readonly string[]
  readonly integrationId: string
  readonly lifecycle: ConnectionLifecycle
}

/** Nango's events are small. */
const BODY_LIMIT = 256 * 1024

export const nangoWebhookRoute: FastifyPluginAsyncTypebox<NangoWebhookOptions> = async (app, { signingKeys, integrationId, lifecycle }) => {
  // The raw bytes: a parsed and serialized body has another signature.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (request: FastifyRequest, payload: IncomingMessage) => readBytes(request, payload, BODY_LIMIT, true))

  app.post('/webhooks/nango', {
    config: configOf(app, { auth: 'self' }),
    schema: {
      summary: 'Receive a webhook of Nango',
      description: 'For Nango only, signed with the environment\'s webhook signing key in X-Nango-Hmac-Sha256. ' +
        'Set this address in Nango\'s environment settings.',
      operationId: 'takeNangoWebhook',
      tags: ['Webhooks'],
      security: [],
      body: { content: { 'application/json': { schema: Type.Unsafe({ type: 'object', description: 'An event of Nango.' }) } } },
      response: { 204: { type: 'null', description: 'Accepted, or not relevant here.' }, ...problemResponses }
    },
    validatorCompiler: () => () => true
  }, async (request, reply) => {
    if (signingKeys.length === 0) {
      throw new RollerError('ROLLER_ERR_NOT_CONFIGURED', {
        detail: 'The gateway has no webhook signing key of Nango.',
        hint: 'The operator must set the option nango.webhookSigningKeys, or NANGO_WEBHOOK_SIGNING_KEY, ' +
          'to the key in Nango\'s environment settings.'
      })
    }
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    if (!isSignedByNango(body, request.headers['x-nango-hmac-sha256'], signingKeys)) {
      throw new RollerError('ROLLER_ERR_UNAUTHORIZED', {
        detail: 'The signature in X-Nango-Hmac-Sha256 is missing or wrong.',
        hint: 'Set NANGO_WEBHOOK_SIGNING_KEY to the webhook signing key of the Nango environment. It is not the API key.'
      })
    }
    const report = readReport(readJson(body)) // signed, but not JSON: an unknown kind
    // An environment's webhooks concern all of its integrations.
    if (report !== null && report.integrationId === integrationId) {
      await lifecycle[report.change](report.connectionId).catch((error: unknown) => {
        throw error instanceof EventNotHandled
          ? new RollerError(
            'ROLLER_ERR_EVENT_NOT_HANDLED', { detail: error.message, cause: error }
          )
          : error
      })
    }
    reply.code(204)
    return null
  })
}
