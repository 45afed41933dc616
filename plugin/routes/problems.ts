/** Every error of the plugin's routes as a problem document. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isRollerError, type RollerError } from '../errors.ts'
import { noteProblem } from './call-record.ts'
import { PROBLEM_MEDIA_TYPE, toProblem, toRollerError } from '../problem.ts'

/** Requests that have passed the host's hooks. */
const admitted = new WeakSet<FastifyRequest>()
/** What functions of the host's have thrown. */
const thrownByHost = new WeakSet<object>()

export function answerWithProblems (app: FastifyInstance): void {
  // The host's hooks run before those of this scope.
  app.addHook('preHandler', (request, _reply, done) => {
    admitted.add(request)
    done()
  })
  app.setErrorHandler((thrown: FastifyError, request, reply) => {
    // An error of the host's own hooks and functions (its login, its rate limit) is the host's to answer.
    if (belongsToHost(thrown, request)) throw thrown
    return sendProblem(request, reply, toRollerError(thrown))
  })
}

export function sendProblem (request: FastifyRequest, reply: FastifyReply, error: RollerError): FastifyReply {
  noteProblem(request, error)
  if (error.statusCode >= 500) {
    const level = error.code === 'ROLLER_ERR_INTERNAL' ? 'error' : 'warn'
    request.log[level]({ err: error, code: error.code, layer: error.layer }, error.title)
  }
  if (error.retryAfter !== undefined) reply.header('retry-after', String(error.retryAfter))
  return reply
    .code(error.statusCode)
    .header('roller-answered-by', error.layer === 'roller' || error.layer === 'nango' ? error.layer : 'gateway')
    .type(PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify(toProblem(error, request.id, request.server.prefix)))
}

/** Calls a function that the host gave as an option. What it throws is answered by the host's error handler. */
export async function askHost<T> (ask: () => T | Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (typeof error === 'object' && error !== null) thrownByHost.add(error)
    throw error
  }
}

function belongsToHost (thrown: FastifyError, request: FastifyRequest): boolean {
  if (isRollerError(thrown) || thrown.validation !== undefined) return false
  if (typeof thrown.code === 'string' && thrown.code.startsWith('FST_ERR_CTP_')) return false
  if (thrownByHost.has(thrown)) return true
  if (thrown instanceof SyntaxError) return false
  return typeof thrown.statusCode === 'number' || !admitted.has(request)
}
