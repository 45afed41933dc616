/**
 * Leads agents to the issuer of tokens for the MCP endpoint (RFC 9728): a 401 names a document, and the document names the issuer.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'

export const MCP_PATH = '/mcp'
const METADATA_PATH = `/.well-known/oauth-protected-resource${MCP_PATH}`

/** @param publicUrl of the service; null: as the request names it */
export function addResourceMetadata (app: FastifyInstance, issuer: string, publicUrl: string | null): void {
  app.get(METADATA_PATH, { schema: { hide: true } }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    return {
      resource: `${baseOf(request, publicUrl)}${MCP_PATH}`,
      authorization_servers: [issuer],
      scopes_supported: ['mcp', 'roller:read', 'roller:write'],
      bearer_methods_supported: ['header'],
      resource_name: 'ROLLER'
    }
  })
}

/** The parameters of a 401's WWW-Authenticate; empty for other routes. */
export function challengeOf (request: FastifyRequest, publicUrl: string | null): string {
  return request.routeOptions.url === MCP_PATH ? `resource_metadata="${baseOf(request, publicUrl)}${METADATA_PATH}"` : ''
}

/** A host name as the request has it may hold anything: what would end the quoted text is left out. */
function baseOf ({ protocol, host }: FastifyRequest, publicUrl: string | null): string {
  return publicUrl?.replace(/\/+$/, '') ?? `${protocol}://${host.replace(/[^\w.:[\]-]/g, '')}`
}
