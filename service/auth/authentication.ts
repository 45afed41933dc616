/** Authenticates callers by API key or token, and attaches their scopes. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { RollerError, type Authorize, type Identify } from 'fastify-roller'
import type { CallerScope } from './caller.ts'
import type { TokenCheck } from './jwt.ts'
import { findCaller, type KeyedCaller } from './keys.ts'
import { provesItself } from './senders.ts'

export interface AuthenticationOptions {
  readonly keys: readonly KeyedCaller[]
  readonly checkToken: TokenCheck | null
  /** Called for a rejected caller. May throw another error than 401. */
  readonly onRejected?: (request: FastifyRequest, reply: FastifyReply) => Promise<void>
  /** Further parameters of a 401's WWW-Authenticate. */
  readonly challenge?: (request: FastifyRequest) => string
}

/** Requires authentication on every route of the scope. */
export function requireCaller (scope: FastifyInstance, { keys, checkToken, onRejected, challenge }: AuthenticationOptions): void {
  scope.addHook('onRequest', (request, reply, done) => {
    const bearer = bearerOf(request)
    const keyed = bearer === null ? null : findCaller(keys, bearer)
    if (keyed !== null) {
      request.caller = keyed
      return done()
    }
    if (provesItself(request)) return done()
    const reject = async (detail: string): Promise<void> => {
      await onRejected?.(request, reply)
      throw unauthorized(reply, detail, challenge?.(request))
    }
    const response = bearer !== null && checkToken !== null && looksLikeToken(bearer)
      ? checkToken(bearer).then(async (found) => {
        if ('rejected' in found) return await reject(found.rejected)
        request.caller = found.caller
      })
      : reject(
        request.headers.authorization === undefined ? 'The request has no Authorization header.' : 'The key is not one of this gateway\'s.'
      )
    response.then(() => done(), done)
  })
}

/** The plugin's `authorize` option: checks the caller's scopes. */
export const authorizeCaller: Authorize = ({ caller }, { operation, scope }) => {
  if (caller?.scopes.has(scope) !== true) throw lacks(operation, scope)
  return true
}

export const identifyCaller: Identify = ({ caller }) => caller === null ? null : caller.limits ?? 'trusted'

/** Authorization for routes of the service itself. */
export function requireScope (scope: CallerScope): (request: FastifyRequest) => Promise<void> {
  return async ({ caller, method, routeOptions }) => {
    if (caller !== null && !caller.scopes.has(scope)) throw lacks(`${method} ${routeOptions.url ?? ''}`, scope)
  }
}

function bearerOf ({ headers: { authorization } }: FastifyRequest): string | null {
  // The scheme is case-insensitive (RFC 9110).
  return authorization === undefined ? null : /^Bearer +([\x21-\x7e]+)$/i.exec(authorization)?.[1] ?? null
}

/** The format of a signed token (RFC 7515, compact). */
function looksLikeToken (bearer: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(bearer)
}

const SEND_A_KEY = 'Send the header Authorization: Bearer <key> with an API key of this gateway, not of ROLLER or Nango.'

function unauthorized (reply: FastifyReply, detail: string, challenge = ''): RollerError {
  reply.header('www-authenticate', `Bearer realm="fastify-roller"${challenge === '' ? '' : `, ${challenge}`}`)
  return new RollerError('ROLLER_ERR_UNAUTHORIZED', { detail, hint: SEND_A_KEY })
}

function lacks (operation: string, scope: string): RollerError {
  return new RollerError('ROLLER_ERR_SCOPE', {
    detail: `This caller lacks the scope ${scope}, which ${operation} requires.`, hint: 'Use a key or token with the scope in detail.'
  })
}
