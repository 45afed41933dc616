/** Properties of each route of the plugin for the host's hooks, in `request.routeOptions.config.roller`. */
import type {
  FastifyContextConfig, FastifyInstance, onRequestHookHandler, preHandlerHookHandler, RouteShorthandOptions
} from 'fastify'
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
/** By which the plugin adds its routes. */
const METHODS = ['delete', 'get', 'options', 'patch', 'post', 'route'] as const

/** Marks the scope's routes, and adds the host's config and hooks. The hooks run before those of the plugin. */
export function prepareRoutes (scope: FastifyInstance, { config, onRequest = [], preHandler = [] }: HostOptions): void {
  const complete = (own: FastifyContextConfig = {}): FastifyContextConfig => ({ ...DOCUMENT, ...config, roller: CALLER, ...own })
  completeConfigs(scope, complete)
  // Once more: an onRoute hook of the host may have replaced it.
  scope.addHook('onRoute', (route) => { route.config = complete(route.config) })
  for (const hook of [onRequest].flat()) scope.addHook('onRequest', hook)
  for (const hook of [preHandler].flat()) scope.addHook('preHandler', hook)
}

/**
 * Completes the config as a route is added, for this scope and those inside. The onRoute hooks of the host, such as that of
 * `@fastify/rate-limit`, run before any of this scope, and read it there.
 */
function completeConfigs (scope: FastifyInstance, complete: (config?: FastifyContextConfig) => FastifyContextConfig): void {
  for (const name of METHODS) {
    const add = scope[name] as (...args: readonly unknown[]) => FastifyInstance // of its overloads, these routes use one
    const completed = function (this: FastifyInstance, ...args: readonly unknown[]): FastifyInstance {
      const options = args[name === 'route' ? 0 : 1] as RouteShorthandOptions // of every route here
      const withConfig = { ...options, config: complete(options.config) }
      return add.apply(this, name === 'route' ? [withConfig] : [args[0], withConfig, args[2]])
    }
    scope[name] = completed as never // the type is that of all overloads
  }
}
