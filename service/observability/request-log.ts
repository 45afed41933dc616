/**
 * The logger of a request, made when something is logged with it. Hardly a request logs anything beside its one line, and making a logger costs Pino
 * a text with the request's id in it, in which it looks for secrets.
 */
import type { FastifyBaseLogger, FastifyServerOptions } from 'fastify'

type Factory = NonNullable<FastifyServerOptions['childLoggerFactory']>
type ChildOptions = Parameters<Factory>[2]
type Bindings = Parameters<Factory>[1]

class RequestLogger {
  readonly #parent: FastifyBaseLogger
  readonly #bindings: Bindings
  readonly #options: ChildOptions
  #own: FastifyBaseLogger | null = null

  constructor (parent: FastifyBaseLogger, bindings: Bindings, options: ChildOptions) {
    this.#parent = parent
    this.#bindings = bindings
    this.#options = options
  }

  get #logger (): FastifyBaseLogger {
    this.#own ??= this.#parent.child(this.#bindings, this.#options)
    return this.#own
  }

  get level (): string { return this.#own?.level ?? this.#options.level ?? this.#parent.level }
  set level (level: string) { this.#logger.level = level }

  child (...args: Parameters<FastifyBaseLogger['child']>): FastifyBaseLogger { return this.#logger.child(...args) }
  fatal (...args: [never]): void { this.#logger.fatal(...args) }
  error (...args: [never]): void { this.#logger.error(...args) }
  warn (...args: [never]): void { this.#logger.warn(...args) }
  info (...args: [never]): void { this.#logger.info(...args) }
  debug (...args: [never]): void { this.#logger.debug(...args) }
  trace (...args: [never]): void { this.#logger.trace(...args) }
  silent (...args: [never]): void { this.#logger.silent(...args) }
}

// The methods of Pino are overloaded; whatever comes is handed on.
export const requestLog: Factory = (logger, bindings, options) => new RequestLogger(logger, bindings, options) as unknown as FastifyBaseLogger
