/** Subscriptions of this gateway to ROLLER's webhooks of a connection. */
import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Subscription, WebhookKinds, type Subscriptions } from '../webhooks/subscriptions.ts'
import type { Access } from './access.ts'
import { problemResponses } from './roller-schema.ts'

export interface WebhookSubscriptionRoutesOptions {
  readonly subscriptions: Subscriptions
  readonly access: Access
}

const Params = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 255, description: 'Connection id, percent-encoded.', examples: ['demo-venue'] })
})

const SubscribeBody = Type.Object({
  webhooks: Type.Optional(WebhookKinds)
}, { additionalProperties: false, description: 'Kinds, events, includes and filters in ROLLER\'s own shape; without it, everything.' })

const SubscriptionList = Type.Object({
  subscriptions: Type.Array(Subscription, { description: 'None, one, or doubles that the next POST removes.' })
})

const TAG = ['Connections']

export const webhookSubscriptionRoutes: FastifyPluginAsyncTypebox<WebhookSubscriptionRoutesOptions> = async (
  app, { subscriptions, access }
) => {
  app.post('/connections/:id/webhooks', {
    // All events by default.
    preValidation: async (request) => { request.body ??= {} },
    schema: {
      summary: 'Let ROLLER tell this gateway what happens at a venue',
      description: 'Registers the gateway with ROLLER, or changes the registration that is there, enables it again and gives it the ' +
        'current key. Doing it twice does no harm.',
      operationId: 'subscribe',
      tags: TAG,
      params: Params,
      body: SubscribeBody,
      response: { 201: Subscription, ...problemResponses }
    }
  }, async (request, reply) => {
    const { id } = request.params
    await admit(request, 'POST /connections/{id}/webhooks', id)
    const subscription = await subscriptions.subscribe(id, request.body.webhooks)
    reply.code(201)
    return subscription
  })

  app.get('/connections/:id/webhooks', {
    exposeHeadRoute: false,
    schema: {
      summary: 'See what ROLLER tells this gateway',
      description: 'The registrations with this gateway\'s address. Others that the venue has are not shown.',
      operationId: 'getSubscriptions',
      tags: TAG,
      params: Params,
      response: { 200: SubscriptionList, ...problemResponses }
    }
  }, async (request) => {
    const { id } = request.params
    await admit(request, 'GET /connections/{id}/webhooks', id)
    return { subscriptions: await subscriptions.list(id) }
  })

  app.delete('/connections/:id/webhooks', {
    schema: {
      summary: 'Let ROLLER tell this gateway nothing more',
      operationId: 'unsubscribe',
      tags: TAG,
      params: Params,
      response: { 204: { type: 'null', description: 'There is no registration with this gateway\'s address any more.' }, ...problemResponses }
    }
  }, async (request, reply) => {
    const { id } = request.params
    await admit(request, 'DELETE /connections/{id}/webhooks', id)
    await subscriptions.remove(id)
    reply.code(204)
    return null
  })

  async function admit (request: FastifyRequest, operation: string, id: string): Promise<void> {
    await access.authorize(request, operation, 'webhooks', id)
    await access.own(request, id)
  }
}
