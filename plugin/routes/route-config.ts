/** What a host's hooks may read of each route of the plugin, in `request.routeOptions.config.roller`. */
import type { FastifyInstance } from 'fastify'

export interface RouteConfig {
  /** The catalog's name of the operation, `GET /*` and so on for a path outside it; absent on routes that call no operation. */
  readonly operation?: string
  /**
   * Who authenticates the request. `caller`: the host, with its hooks and the option `authorize`. `self`: the route itself, by the signature or the
   * ticket that the request carries, so a hook in front of the plugin must let it pass. `public`: nobody, for the route returns documentation.
   */
  readonly auth: 'caller' | 'self' | 'public'
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Set on every route of fastify-roller. */
    roller?: RouteConfig
  }
  interface FastifySchema {
    /** True: @fastify/swagger leaves the route out of the document. */
    hide?: boolean
  }
}

const CALLER: RouteConfig = { auth: 'caller' }

/** Marks the scope's routes that have no mark of their own. */
export function markRoutes (scope: FastifyInstance): void {
  scope.addHook('onRoute', (route) => { route.config = { roller: CALLER, ...route.config } })
}
