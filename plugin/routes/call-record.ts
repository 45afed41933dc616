/** Data of a request for the host's log and metrics: its call, and the result. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { RollerError } from '../errors.ts'
import type { CallTiming } from '../gateway/call.ts'

/** A call to ROLLER over HTTP, or all calls of an export or of an agent's tool. */
export interface CallRecord extends CallTiming {
  /** The catalog's name, or `GET /*` and so on for a path outside it. */
  readonly operation: string
  readonly connectionId: string
  /** Milliseconds from the request to the head of the response; null if there is none. */
  headMs: number | null
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the plugin's routes under /roller, once the request names its connection. */
    rollerCall: CallRecord | null
  }
}

export function decorateCallRecord (app: FastifyInstance): void {
  if (!app.hasRequestDecorator('rollerCall')) app.decorateRequest('rollerCall', null)
}

export function beginRecord (operation: string, connectionId: string): CallRecord {
  return { operation, connectionId, waitedMs: 0, upstreamMs: 0, tries: 0, repeats: 0, headMs: null }
}

const problems = new WeakMap<FastifyRequest, RollerError>()

export function noteProblem (request: FastifyRequest, error: RollerError): void { problems.set(request, error) }

/** The problem document of a response; undefined if the error was not the gateway's. */
export function problemOf (request: FastifyRequest): RollerError | undefined { return problems.get(request) }
