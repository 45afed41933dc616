/** `GET /problems/{code}`: the target of every problem's `type`, with the cause and what to do. */
import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { errorDefinitions, RollerError, type ErrorEntry, type Layer } from '../errors.ts'
import { PROBLEMS_PATH } from '../problem.ts'
import { problemResponses } from './roller-schema.ts'
import { configOf } from './route-config.ts'

const ACTS: Readonly<Record<Layer, string>> = {
  caller: 'The caller: the request has to change.',
  gateway: 'The gateway: its operator, or its own rate limit.',
  nango: 'Nango: its limit, its key or its integration.',
  roller: 'ROLLER, or the venue in its Venue Manager.',
  network: 'The network between the gateway and Nango or ROLLER.'
}

const STYLE = 'body{font:16px/1.6 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem;color:#1c2330;background:#fff}' +
  'code{font-size:.9em}dt{font-weight:600;margin-top:1rem}dd{margin:0}' +
  '@media(prefers-color-scheme:dark){body{color:#e6e9ef;background:#14171d}}'

export const problemPages: FastifyPluginAsyncTypebox = async (app) => {
  app.get(`${PROBLEMS_PATH}/:code`, {
    exposeHeadRoute: false,
    config: configOf(app, { auth: 'public' }),
    schema: {
      summary: 'Read about a problem',
      description: 'A page for people, the target of every problem\'s type.',
      operationId: 'getProblem',
      tags: ['Problems'],
      security: [],
      params: Type.Object({ code: Type.String({ examples: ['ROLLER_ERR_RATE_LIMITED'] }) }),
      response: { 200: { description: 'A page.', content: { 'text/html': { schema: Type.String() } } }, ...problemResponses }
    }
  }, async ({ params: { code } }, reply) => {
    if (!Object.hasOwn(errorDefinitions, code)) throw new RollerError('ROLLER_ERR_NOT_FOUND', { detail: 'No error has this code.' })
    const entry: ErrorEntry = errorDefinitions[code as keyof typeof errorDefinitions] // checked above
    reply.type('text/html; charset=utf-8').header('cache-control', 'public, max-age=3600').header(
      'content-security-policy', "default-src 'none'; style-src 'unsafe-inline'"
    )
    return page(code, entry)
  })
}

function page (code: string, { title, status, layer, hint }: ErrorEntry): string {
  return '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" ' +
    `content="width=device-width"><title>${code}</title><style>${STYLE}</style>` +
    `<main><h1><code>${code}</code></h1><p>${escape(title)}.</p><dl><dt>What to do</dt><dd>${escape(hint)}</dd>` +
    `<dt>Who acts</dt><dd>${ACTS[layer]}</dd><dt>HTTP status</dt><dd>${status}</dd></dl></main></html>`
}

function escape (text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
