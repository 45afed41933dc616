import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'

/**
 * Node's response with the headers that were set, for responses that Fastify cannot send: broken ones, and a head before its first byte.
 */
export function hijackResponse (reply: FastifyReply): ServerResponse {
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value)
  return reply.hijack().raw
}
