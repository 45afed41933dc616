/** The MCP endpoint in front of the simulators, and the official client in front of it. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Test } from 'tap'
import mcp, { type McpOptions } from 'fastify-roller/mcp'
import { build, type Built, type BuildOptions } from '../support/build.ts'

export interface Mcp extends Built {
  readonly url: string
  /** Connects a client, which is closed with the test. */
  readonly connect: (options?: ClientOptions) => Promise<Client>
}

export interface ClientOptions {
  /** Revision of the protocol. Default: 2026-07-28. */
  readonly legacy?: boolean
  readonly headers?: Record<string, string>
  /** Answers the questions of the endpoint; without it the client does not support questions. */
  /** Gets every request as it is sent. */
  readonly record?: (request: Request) => void
  readonly person?: (message: string) => { action: 'accept' | 'decline' | 'cancel', content?: { confirm: boolean } }
}

export async function startMcp (t: Test, options: BuildOptions = {}, mcpOptions: McpOptions = {}): Promise<Mcp> {
  const built = await build(t, options)
  await built.app.register(mcp, mcpOptions)
  const url = `${await built.app.listen({ host: '127.0.0.1', port: 0, backlog: 2_000 })}/mcp`
  return { ...built, url, connect: (clientOptions) => connectTo(t, url, clientOptions) }
}

export async function connectTo (
  t: Pick<Test, 'teardown'>, url: string, { legacy = false, headers = {}, person, record }: ClientOptions = {}
): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, {
    capabilities: person === undefined ? {} : { elicitation: {} },
    versionNegotiation: { mode: legacy ? 'legacy' : { pin: '2026-07-28' } }
  })
  if (person !== undefined) client.setRequestHandler('elicitation/create', async ({ params }) => person(params.message))
  const send: typeof fetch = async (input, init) => {
    record?.(new Request(input, init)) // recorded
    return await fetch(input, init)
  }
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers }, fetch: send }))
  t.teardown(() => client.close())
  return client
}

interface ToolResult {
  readonly isError?: boolean
  // The tests name the fields that they compare.
  readonly data: any
}

/** Calls a tool. `data` is the structured result, or the problem of an error. */
export async function callTool (client: Client, name: string, args: Record<string, unknown> = {}): Promise<ToolResult> {
  const { isError = false, structuredContent, content } = await client.callTool({ name, arguments: args })
  const last = content.at(-1)
  return { isError, data: isError && last?.type === 'text' ? JSON.parse(last.text) : structuredContent }
}

/** What a booking of the demo venue needs. */
export const BOOKING = {
  externalId: 'A-1',
  customer: { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com', phone: '+61 400 000 000' },
  items: [{ productId: 49814011, quantity: 1, bookingDate: '2026-12-01', startTime: '10:00' }]
}

export const ACCEPT = { action: 'accept', content: { confirm: true } } as const
