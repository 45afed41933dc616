/** `GET /connect`: the page on which a venue manager enters the venue's credentials; its files; and its one request to this gateway. */
import { randomBytes } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { readAssets } from '../connect-page/assets.ts'
import type { ConnectPage } from '../connect-page/connect-page.ts'
import { connectPageHtml } from '../connect-page/html.ts'
import type { PageSettings } from '../connect-page/page-settings.ts'
import { chooseLanguage } from '../connect-page/texts.ts'
import { environments } from '../nango/venue.ts'
import { Nullable, StringEnum } from '../operations/schema.ts'
import { problemResponses } from './roller-schema.ts'
import { configOf } from './route-config.ts'

export interface ConnectPageRoutesOptions {
  readonly page: ConnectPage
}

const ResultBody = Type.Object({
  ticket: Type.String({ maxLength: 512, description: 'The ticket in the link.' }),
  connectionId: Type.Optional(Type.String({
    minLength: 1, maxLength: 255, description: 'The connection id from Nango. Default: the connection that the link created.'
  }))
}, { additionalProperties: false })

const ConnectedVenue = Type.Object({
  name: Nullable(Type.String({ examples: ['Brisbane North'] })),
  timeZone: Nullable(Type.String({ examples: ['Australia/Brisbane'] })),
  environment: StringEnum(environments)
})

const ConnectResult = Type.Object({
  status: StringEnum(['connected', 'other-venue', 'unused'], {
    description: 'other-venue: credentials of another venue were entered for this connection. unused: the link has created no connection.'
  }),
  venue: Nullable(ConnectedVenue)
}, { $id: 'ConnectResult' })

const SAFE_HEADERS = {
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'
}

export const connectPageRoutes: FastifyPluginAsyncTypebox<ConnectPageRoutesOptions> = async (app, { page }) => {
  const { version, files } = readAssets()
  const config = configOf(app, { auth: 'self' })

  app.get('/connect', { config, schema: { hide: true } }, async (request, reply) => {
    const nonce = randomBytes(16).toString('base64')
    reply.headers({
      ...SAFE_HEADERS,
      'content-security-policy': policy(page.settings, nonce),
      'x-frame-options': 'DENY',
      vary: 'Accept-Language'
    }).type('text/html; charset=utf-8')
    // Relative, whatever a proxy in front puts before it. A host may route `/connect/` here too.
    const here = request.raw.url?.split('?', 1)[0]?.endsWith('/') === true ? '' : 'connect/'
    return connectPageHtml({
      settings: page.settings,
      language: chooseLanguage(request.headers['accept-language']),
      assets: `${here}${version}/`,
      resultPath: `${here}result`,
      nonce,
      now: Date.now()
    })
  })

  app.get('/connect/:version/:file', {
    config, logLevel: 'warn', schema: { hide: true, params: Type.Object({ version: Type.String(), file: Type.String() }) }
  }, async (request, reply) => {
    const file = files.get(request.params.file)
    if (file === undefined) return reply.callNotFound()
    // During a rolling update a replica may get requests for files of the other version: its own are compatible.
    const forEver = request.params.version === version
    reply.headers(SAFE_HEADERS).type(file.type)
    if (forEver) reply.header('cache-control', 'public, max-age=31536000, immutable')
    return file.content
  })

  app.post('/connect/result', {
    config,
    schema: {
      summary: 'Read the venue that a link has connected',
      description: 'For the connect page, which has no API key: the ticket of its link is valid for the one connection created with it.',
      operationId: 'getConnectResult',
      tags: ['Connect'],
      security: [],
      body: ResultBody,
      response: { 200: ConnectResult, ...problemResponses }
    }
  }, async ({ body: { ticket, connectionId } }) => await page.results.read(ticket, connectionId))
}

/** Allows this response's own scripts and styles, and requests to Nango and the result route. Framing is forbidden. */
function policy ({ apiUrl, connectUrl }: PageSettings, nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    'img-src data:', // an empty icon, so that the browser requests none
    `connect-src 'self' ${new URL(apiUrl).origin}`,
    ...(connectUrl === null ? [] : [`frame-src ${new URL(connectUrl).origin}`]),
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'"
  ].join('; ')
}
