import type { FastifyRequest } from 'fastify'
import type { Registration } from '../registration.ts'
import type { VenueLists } from './venue-lists.ts'

/** What the endpoint works with. */
export interface McpSettings {
  readonly registration: Registration
  readonly confirm: 'always' | 'never'
  readonly maxResultSize: number
  readonly venueLists: VenueLists
}

/** One tool call, and the HTTP request that carries it: its caller's rights decide. */
export interface CallContext extends McpSettings {
  readonly request: FastifyRequest
  /** Aborts when the client disconnects or cancels the call. */
  readonly signal: AbortSignal
}
