/** Converts every error of the plugin's routes to a problem document. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isRollerError, type RollerError } from '../errors.ts'
import { mayHaveBeenDoneError } from '../gateway/classify-failure.ts'
import { ExchangeFailure } from '../gateway/transport/exchange.ts'
import { describeError } from '../util/log-error.ts'
import type { Addresses } from './addresses.ts'
import { closeConnection } from './body.ts'
import { noteProblem } from './call-record.ts'
import { answeredBy, PROBLEM_MEDIA_TYPE, toProblem, toRollerError } from '../problem.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** It has passed the host's hooks. A property of the request, since a WeakSet of all requests burdens the garbage collector. */
    rollerAdmitted: boolean
  }
}

/** Errors thrown by functions of the host. */
const thrownByHost = new WeakSet<object>()

export function setProblemHandler (app: FastifyInstance, addresses: Addresses): void {
  if (!app.hasRequestDecorator('rollerAdmitted')) app.decorateRequest('rollerAdmitted', false)
  // The host's hooks run before those of this scope.
  app.addHook('preHandler', (request, _reply, done) => {
    request.rollerAdmitted = true
    done()
  })
  app.setErrorHandler((thrown: FastifyError, request, reply) => {
    // An error of the host's own hooks and functions (its login, its rate limit) is handled by the host.
    if (belongsToHost(thrown, request)) throw thrown
    const error = toRollerError(thrown)
    // ROLLER's response broke off while a hook of the host delayed it.
    const isOfWrite = thrown instanceof ExchangeFailure && !['GET', 'HEAD'].includes(request.method)
    return sendProblem(request, reply, isOfWrite ? mayHaveBeenDoneError(error) : error, addresses)
  })
}

export function sendProblem (request: FastifyRequest, reply: FastifyReply, error: RollerError, addresses: Addresses): FastifyReply {
  noteProblem(request, error)
  if (error.statusCode >= 500) {
    const level = error.code === 'ROLLER_ERR_INTERNAL' ? 'error' : 'warn'
    request.log[level]({ err: describeError(error), code: error.code, layer: error.layer }, error.title)
  }
  if (error.code === 'ROLLER_ERR_BODY_TOO_LARGE') closeConnection(request, reply)
  if (error.retryAfter !== undefined) reply.header('retry-after', String(error.retryAfter))
  return reply
    .code(error.statusCode)
    // Some statuses are cacheable by default (RFC 9110 15.1): a problem of this caller is none of the next.
    .header('cache-control', 'no-store')
    .header('roller-answered-by', answeredBy(error))
    .type(PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify(toProblem(error, request.id, addresses.path(request))))
}

/** Calls a function that the host passed as an option. Its errors go to the host's error handler. */
export async function callHost<T> (call: () => T | Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (typeof error === 'object' && error !== null) thrownByHost.add(error)
    throw error
  }
}

function belongsToHost (thrown: FastifyError, request: FastifyRequest): boolean {
  if (isRollerError(thrown)) return false
  if (typeof thrown.code === 'string' && thrown.code.startsWith('FST_ERR_CTP_')) return false
  if (thrownByHost.has(thrown)) return true
  if (thrown instanceof SyntaxError) return false
  return typeof thrown.statusCode === 'number' || !request.rollerAdmitted
}
