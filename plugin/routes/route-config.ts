/** Properties of each route of the plugin for the host's hooks, in `request.routeOptions.config.roller`. */
import type { FastifyContextConfig, FastifyInstance, onRequestHookHandler, preHandlerHookHandler } from 'fastify'
import { documentRoute } from './host-document.ts'

export interface RouteConfig {
  /** The catalog's name of the operation, `GET /*` and so on for a path outside it; absent on routes that call no operation. */
  readonly operation?: string
  /**
   * How the request is authenticated. `caller`: by the host, with its hooks and the option `authorize`. `self`: by the route itself, with
   * the signature or the ticket of the request, so a hook in front of the plugin must let it pass. `public`: not at all, since the route
   * returns documentation.
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

export interface HostOptions {
  readonly config?: FastifyContextConfig
  readonly onRequest?: onRequestHookHandler | onRequestHookHandler[]
  readonly preHandler?: preHandlerHookHandler | preHandlerHookHandler[]
}

const CALLER: RouteConfig = { auth: 'caller' }
/** @fastify/swagger's own name, which a host's config may replace. */
const DOCUMENT = { swaggerTransform: documentRoute }
const CONFIG_OF = Symbol('fastify-roller.configOf')
type ConfigOf = (roller: RouteConfig) => FastifyContextConfig

/**
 * Adds the host's hooks to the scope, before those of the plugin, and its config, which every route takes by `configOf`: the host's onRoute
 * hooks, such as that of `@fastify/rate-limit`, run before any of this scope, and read it.
 */
export function prepareRoutes (scope: FastifyInstance, { config, onRequest = [], preHandler = [] }: HostOptions): void {
  const complete: ConfigOf = (roller) => ({ ...DOCUMENT, ...config, roller })
  scope.decorate(CONFIG_OF, complete)
  // For routes that Fastify adds, and in case a hook of the host has replaced the config.
  scope.addHook('onRoute', (route) => { route.config = { ...complete(CALLER), ...route.config } })
  for (const hook of [onRequest].flat()) scope.addHook('onRequest', hook)
  for (const hook of [preHandler].flat()) scope.addHook('preHandler', hook)
}

/** The config of one route. @param scope prepared by `prepareRoutes`, or inside such a scope */
export function configOf (scope: FastifyInstance, roller: RouteConfig = CALLER): FastifyContextConfig {
  return (scope as FastifyInstance & Record<typeof CONFIG_OF, ConfigOf>)[CONFIG_OF](roller) // decorated above
}
