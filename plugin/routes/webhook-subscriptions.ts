/** Subscriptions of this gateway to ROLLER's webhooks of a connection. */
import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Subscription, WebhookKinds, type Subscriptions } from '../webhooks/subscriptions.ts'
import type { Access } from './access.ts'
import { ConnectionParams } from './connection-params.ts'
import { problemResponses } from './roller-schema.ts'
import { configOf } from './route-config.ts'

export interface WebhookSubscriptionRoutesOptions {
  readonly subscriptions: Subscriptions
  readonly access: Access
}

const SubscribeBody = Type.Object({
  webhooks: Type.Optional(WebhookKinds)
}, { additionalProperties: false, description: 'Kinds, events, includes and filters in ROLLER\'s form. Default: all events.' })

const SubscriptionList = Type.Object({
  subscriptions: Type.Array(Subscription, { description: 'None, one, or duplicates that the next POST deletes.' })
})

const TAG = ['Connections']

export const webhookSubscriptionRoutes: FastifyPluginAsyncTypebox<WebhookSubscriptionRoutesOptions> = async (
  app, { subscriptions, access }
) => {
  app.post('/connections/:id/webhooks', {
    config: configOf(app),
    // All events by default.
    preValidation: async (request) => { request.body ??= {} },
    schema: {
      summary: 'Subscribe to ROLLER\'s webhooks of a venue',
      description: 'Registers the gateway with ROLLER, or updates an existing registration: enables it and sets the ' +
        'current key. Idempotent.',
      operationId: 'subscribe',
      tags: TAG,
      params: ConnectionParams,
      body: SubscribeBody,
      response: { 201: Subscription, ...problemResponses }
    }
  }, async (request, reply) => {
    const { id } = request.params
    await access.admit(request, 'POST /connections/{id}/webhooks', 'webhooks', id)
    const subscription = await subscriptions.subscribe(id, request.body.webhooks)
    reply.code(201)
    return subscription
  })

  app.get('/connections/:id/webhooks', {
    config: configOf(app),
    exposeHeadRoute: false,
    schema: {
      summary: 'List this gateway\'s webhooks at ROLLER',
      description: 'The registrations for this gateway\'s address, without the venue\'s others.',
      operationId: 'getSubscriptions',
      tags: TAG,
      params: ConnectionParams,
      response: { 200: SubscriptionList, ...problemResponses }
    }
  }, async (request) => {
    const { id } = request.params
    await access.admit(request, 'GET /connections/{id}/webhooks', 'webhooks', id)
    return { subscriptions: await subscriptions.list(id) }
  })

  app.delete('/connections/:id/webhooks', {
    config: configOf(app),
    schema: {
      summary: 'Unsubscribe from ROLLER\'s webhooks of a venue',
      operationId: 'unsubscribe',
      tags: TAG,
      params: ConnectionParams,
      response: { 204: { type: 'null', description: 'This gateway has no registration left.' }, ...problemResponses }
    }
  }, async (request, reply) => {
    const { id } = request.params
    await access.admit(request, 'DELETE /connections/{id}/webhooks', 'webhooks', id)
    await subscriptions.remove(id)
    reply.code(204)
    return null
  })
}
