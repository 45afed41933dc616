/** Connect sessions over HTTP: what a page needs so that a venue manager can enter a Client ID and a Client Secret at Nango. */
import { Type, type Static } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { ConnectPage } from '../connect-page/connect-page.ts'
import { RollerError } from '../errors.ts'
import type { NangoClient } from '../nango/client.ts'
import { Tags } from '../nango/connection.ts'
import { createReconnectSession, createSession, type ConnectSession as NangoSession, type SessionInput } from '../nango/sessions.ts'
import type { Access } from './access.ts'
import type { Addresses } from './addresses.ts'
import type { Limits } from './host-answers.ts'
import { problemResponses } from './roller-schema.ts'
import { configOf } from './route-config.ts'

export interface ConnectSessionRoutesOptions {
  readonly nango: NangoClient
  readonly access: Access
  readonly addresses: Addresses
  /** Null: the connect page is disabled. */
  readonly page: ConnectPage | null
}

const ConnectSession = Type.Object({
  token: Type.String({
    description: 'For @nangohq/frontend: openConnectUI({ sessionToken }), with baseURL and apiURL for a self-hosted Nango.'
  }),
  connectLink: Type.String({ description: 'Nango\'s own page, to send to a venue manager.' }),
  connectPage: Type.Optional(Type.String({
    description: 'This gateway\'s page, to send to a venue manager, with the Client ID filled in. ' +
      'Relative to the root of this host unless publicUrl (PUBLIC_URL) is set: set it before you send the link by email. ' +
      'Append &lang=de to choose the language.'
  })),
  expiresAt: Type.String({ format: 'date-time', description: 'In 30 minutes, fixed by Nango.' })
}, { $id: 'ConnectSession' })

const SessionBody = Type.Object({
  clientId: Type.Optional(Type.String({
    minLength: 1,
    maxLength: 255,
    description: 'Filled in on the connect page, so that only the Client Secret must be pasted. Not sent to Nango.'
  })),
  tags: Type.Optional(Tags),
  connectionConfig: Type.Optional(Type.Record(Type.String(), Type.Unknown(), {
    description: 'Nango\'s connection config. The browser can read it: no secrets.'
  })),
  webhookUrlOverride: Type.Optional(Type.String({ format: 'uri', description: 'URL for Nango\'s webhooks of this connection.' }))
}, { additionalProperties: false })

const ReconnectBody = Type.Composite([
  Type.Object({ connectionId: Type.String({ minLength: 1, maxLength: 255, examples: ['demo-venue'] }) }), SessionBody
], { additionalProperties: false })

const TAG = ['Connect']

/** New objects for each registration: an onRoute hook of the host may change them. */
const sessionSchemas = () => ({
  create: {
    summary: 'Start connecting a venue',
    description: 'Creates a session with which a browser can connect one venue. ' +
      'It is valid for 30 minutes and for the ROLLER integration only.',
    operationId: 'createConnectSession',
    tags: TAG,
    body: SessionBody,
    response: { 201: ConnectSession, ...problemResponses }
  },
  getToken: {
    summary: 'Start connecting a venue, as plain text',
    description: 'For a page: fetch(\'/api/connect-session\').then((answer) => answer.text()).',
    operationId: 'getConnectSessionToken',
    tags: TAG,
    produces: ['text/plain'],
    response: { 200: { description: 'The session token.', content: { 'text/plain': { schema: Type.String() } } }, ...problemResponses }
  },
  reconnect: {
    summary: 'Start reconnecting a venue',
    description: 'For a connection whose status is reconnect-required, or after a key was replaced. ' +
      'The connection keeps its id, tags, metadata and config.',
    operationId: 'createReconnectSession',
    tags: TAG,
    body: ReconnectBody,
    response: { 201: ConnectSession, ...problemResponses }
  }
})

export const connectSessionRoutes: FastifyPluginAsyncTypebox<ConnectSessionRoutesOptions> = async (app, options) => {
  const { nango, access, addresses, page } = options
  const schemas = sessionSchemas()
  /** Creates a session, and a link to its page. */
  async function withPage (
    request: FastifyRequest,
    input: Partial<SessionInput>, { clientId, connectionId = null }: { clientId: string | undefined, connectionId?: string | null },
    open: (input: Partial<SessionInput>) => Promise<NangoSession>
  ): Promise<Static<typeof ConnectSession>> {
    if (page === null) return await open(input)
    const proof = page.newProof()
    const session = await open({ ...input, proof })
    return { ...session, connectPage: page.link(addresses.url(request), session, { proof, clientId, connectionId }) }
  }

  // A session needs no body.
  app.post('/connect-session', {
    config: configOf(app),
    preValidation: async (request) => { request.body ??= {} },
    schema: schemas.create
  }, async (request, reply) => {
    await access.authorize(request, 'POST /connect-session', 'connect', null)
    const { clientId, ...written } = request.body
    const input = sessionInput(await access.identifyMaker(request), written)
    reply.code(201)
    return await withPage(request, input, { clientId }, (complete) => createSession(nango, { ...complete, tags: complete.tags ?? {} }))
  })

  if (access.identifies) {
    app.get('/connect-session', { config: configOf(app), exposeHeadRoute: false, schema: schemas.getToken }, async (request, reply) => {
      await access.authorize(request, 'GET /connect-session', 'connect', null)
      const input = sessionInput(await access.identifyMaker(request), {})
      const { token } = await createSession(nango, { ...input, tags: input.tags ?? {} })
      reply.type('text/plain; charset=utf-8')
      return token
    })
  }

  app.post('/connect-session/reconnect', { config: configOf(app), schema: schemas.reconnect }, async (request, reply) => {
    const { connectionId, clientId, ...written } = request.body
    await access.admit(request, 'POST /connect-session/reconnect', 'connect', connectionId)
    const input = sessionInput(await access.identify(request), written)
    reply.code(201)
    return await withPage(request, input, { clientId, connectionId }, (complete) => createReconnectSession(nango, connectionId, complete))
  })
}

/** If the server identifies its callers, the session carries their tags and nothing from the browser. */
function sessionInput (limits: Limits | null, body: Omit<Static<typeof SessionBody>, 'clientId'>): Partial<SessionInput> {
  if (limits === null) return body
  const written = Object.keys(body)
  if (written.length > 0) {
    throw new RollerError('ROLLER_ERR_VALIDATION', {
      detail: 'Tags and settings of a session are set by the server.',
      errors: written.map((name) => ({ pointer: `/body/${name}`, detail: 'is set by the server and must not be sent' }))
    })
  }
  return { tags: limits.tags }
}
