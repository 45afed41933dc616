/** The MCP endpoint in front of the simulators, and the official client in front of it. */
import type { Client } from '@modelcontextprotocol/client'
import type { Test } from 'tap'
import mcp, { type McpOptions } from 'fastify-roller/mcp'
import { connectClient, type ClientOptions } from './converse.ts'
import { build, type Built, type BuildOptions } from '../support/build.ts'

export { callTool } from './converse.ts'

export interface Mcp extends Built {
  readonly url: string
  /** Connects a client, which is closed with the test. */
  readonly connect: (options?: ClientOptions) => Promise<Client>
}

export async function startMcp (t: Test, options: BuildOptions = {}, mcpOptions: McpOptions = {}): Promise<Mcp> {
  const built = await build(t, options)
  await built.app.register(mcp, mcpOptions)
  const url = `${await built.app.listen({ host: '127.0.0.1', port: 0, backlog: 2_000 })}/mcp`
  return { ...built, url, connect: (clientOptions) => connectTo(t, url, clientOptions) }
}

export async function connectTo (t: Pick<Test, 'teardown'>, url: string, options?: ClientOptions): Promise<Client> {
  const client = await connectClient(url, options)
  t.teardown(() => client.close())
  return client
}

/** What a booking of the demo venue needs. */
export const BOOKING = {
  externalId: 'A-1',
  customer: { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com', phone: '+61 400 000 000' },
  items: [{ productId: 49814011, quantity: 1, bookingDate: '2026-12-01', startTime: '10:00' }]
}

export const ACCEPT = { action: 'accept', content: { confirm: true } } as const
