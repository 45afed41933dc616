/** Who calls the service, and what it may do. */
import type { Identity, Scope } from 'fastify-roller'

/** The plugin's scopes, and one of the service's own. */
export const SCOPES = [
  'connect', 'connections:read', 'connections:write', 'roller:read', 'roller:write', 'webhooks', 'mcp', 'metrics'
] as const satisfies readonly (Scope | 'webhooks' | 'metrics')[]
export type CallerScope = typeof SCOPES[number]

export interface Caller {
  /** For the log, and for counting its requests. Never a secret. */
  readonly name: string
  readonly scopes: ReadonlySet<string>
  /** Its own venues; null: all of them. */
  readonly limits: Identity | null
}

export const ALL_SCOPES: ReadonlySet<string> = new Set(SCOPES)

/** Whether one of them is limited to venues of its own. */
export function anyLimited (callers: readonly Caller[]): boolean {
  return callers.some(({ limits }) => limits !== null)
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null without authentication, and before it has run. */
    caller: Caller | null
  }
}
