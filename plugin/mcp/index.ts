/**
 * fastify-roller/mcp: an endpoint of the Model Context Protocol on top of `app.roller`, for agents. Register it after fastify-roller.
 * The caller's rights decide as over HTTP: `authorize` and `identify` of that registration are called with the request of the tool call.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { OptionsError } from '../options.ts'
import { registrationOf } from '../registration.ts'
import { readBytes } from '../routes/body.ts'
import { setProblemHandler } from '../routes/problems.ts'
import { configOf, prepareRoutes } from '../routes/route-config.ts'
import { isRecord } from '../util/is-record.ts'
import type { CallContext } from './call-context.ts'
import { Confirmations } from './confirmation.ts'
import { checkMcpOptions, type McpOptions } from './options.ts'
import { createServer, openTools, pinnedTools, type ToolsOptions } from './tools.ts'
import { VenueLists } from './venue-lists.ts'

export type { McpOptions, ToolCall } from './options.ts'

/** A body with the arguments of one call. Bytes. */
const BODY_LIMIT = 512 * 1024

async function mcpPlugin (app: FastifyInstance, options: McpOptions): Promise<void> {
  checkMcpOptions(options)
  const { path = '/mcp', confirm = 'always', maxResultSize = 40_000, callerOf, onToolCall = () => {} } = options
  const roller = options.integrationId === undefined ? app.roller : app.roller.integration(options.integrationId)
  const registration = registrationOf(roller)
  if (registration === undefined) throw new OptionsError(['fastify-roller/mcp must be registered after fastify-roller'])
  const confirmations = new Confirmations(registration)
  const pinned = pinnedTools((options.pinnedTools ?? []).flatMap((name) => registration.entries.get(name) ?? []))
  const settings = { registration, confirm, maxResultSize, venueLists: new VenueLists(registration.connections) }

  // One server object for each request, with its caller: nothing is kept between them, so any replica serves any request.
  const handler = createMcpHandler(({ era, authInfo }) => createServer({
    ...authInfo?.extra as Pick<ToolsOptions, 'context' | 'pinned'>, // put there below
    confirmations,
    canAsk: era === 'modern',
    onToolCall
  }), { onerror: (error) => { app.log.debug({ err: error }, 'an MCP request failed') } })

  const serve = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    await registration.access.authorize(request, `${request.method} ${path}`, 'mcp', null)
    const ended = new AbortController()
    if (reply.raw.destroyed) ended.abort() // it disconnected while its body was read
    else reply.raw.once('close', () => { if (!reply.raw.writableFinished) ended.abort() })
    const context: CallContext = { ...settings, request, signal: ended.signal }
    const listed = isList(request.body) ? await openTools(context, pinned) : pinned // a call is authorized by itself
    const response = await handler.fetch(toWebRequest(request, ended.signal), {
      authInfo: { token: '', clientId: bindingOf(request, callerOf?.(request)), scopes: [], extra: { context, pinned: listed } }
    })
    return reply.send(response)
  }

  await app.register(async (scope) => {
    setProblemHandler(scope, registration.addresses)
    prepareRoutes(scope, {})
    scope.addHook('onRequest', (_request, reply, done) => {
      reply.header('roller-answered-by', 'gateway').header('cache-control', 'no-store')
      done()
    })
    // The protocol has errors of its own for a body that is not JSON.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) =>
      (await readBytes(request, payload, BODY_LIMIT)).toString())
    scope.route({
      method: ['GET', 'POST', 'DELETE'], url: path, config: configOf(scope), schema: { hide: true }, exposeHeadRoute: false, handler: serve
    })
  })
  app.addHook('onClose', async () => { await handler.close() })
}

export default fp(mcpPlugin, { fastify: '5.x', name: 'fastify-roller-mcp', dependencies: ['fastify-roller'], encapsulate: true })

/** Only what the protocol reads: the address is not the caller's word. */
function toWebRequest ({ method, headers, body }: FastifyRequest, signal: AbortSignal): Request {
  const passed = Object.entries(headers).filter(([name]) => /^(?:accept|content-type|last-event-id|mcp-[\w-]+)$/.test(name))
  return new Request('http://gateway.invalid/mcp', {
    method,
    headers: passed.map(([name, value]) => [name, String(value)] as [string, string]),
    ...(method === 'POST' && { body: typeof body === 'string' ? body : '' }),
    signal
  })
}

/** Parsed, since JSON may escape the slash of `tools/list`, as PHP does. Also true for what only the protocol's own parser can read. */
function isList (body: unknown): boolean {
  try {
    return [JSON.parse(String(body)) as unknown].flat().some((message) => isRecord(message) && message.method === 'tools/list')
  } catch {
    return true
  }
}

/** Prefixed, so that no caller can choose a name that is another's hash. */
function bindingOf ({ headers: { authorization = '', cookie = '' } }: FastifyRequest, name: string | undefined): string {
  return name !== undefined && name !== ''
    ? `name:${name}`
    : `hash:${createHash('sha256').update(`${authorization}\0${cookie}`).digest('base64url')}`
}
