/** An authenticated caller and its scopes. */
import type { Identity, Scope } from 'fastify-roller'

/** The plugin's scopes, and one of the service. */
export const SCOPES = [
  'connect', 'connections:read', 'connections:write', 'roller:read', 'roller:write', 'webhooks', 'mcp', 'metrics'
] as const satisfies readonly (Scope | 'metrics')[]
export type CallerScope = typeof SCOPES[number]

export interface Caller {
  /** For logs and rate limits. Never a secret. */
  readonly name: string
  /** True for tokens without a subject or client: they share one name, and one rate limit. */
  readonly anonymous?: boolean
  readonly scopes: ReadonlySet<string>
  /** The caller's connections, by tags or ids; null: all. */
  readonly limits: Identity | null
}

export const ALL_SCOPES: ReadonlySet<string> = new Set(SCOPES)

/** Whether any caller is limited to some connections. */
export function anyLimited (callers: readonly Caller[]): boolean {
  return callers.some(({ limits }) => limits !== null)
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null without authentication, and before authentication. */
    caller: Caller | null
  }
}
