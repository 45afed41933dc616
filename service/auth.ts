/** Who may call the service: bearers of a key, or, without keys, programs on this machine. */
import { createHash, timingSafeEqual } from 'node:crypto'
import bearerAuth from '@fastify/bearer-auth'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { RollerError } from '../plugin/index.ts'

/** Guards every route of the scope. */
export async function requireKey (scope: FastifyInstance, keys: readonly string[]): Promise<void> {
  const digests = keys.map(digest)
  await scope.register(bearerAuth, {
    keys: new Set<string>(),
    // Digests have one length, and every key is compared, so the time says nothing.
    auth: (key: string) => {
      const given = digest(key)
      return digests.reduce((known, expected) => timingSafeEqual(given, expected) || known, false)
    },
    addHook: false,
    specCompliance: 'rfc6749', // the scheme's name in any case (RFC 9110)
    verifyErrorLogLevel: 'debug'
  })
  scope.addHook('onRequest', (request, reply, done) => {
    scope.verifyBearerAuth?.(request, reply, (error) => {
      if (error === undefined || error === null) return done()
      reply.header('www-authenticate', 'Bearer realm="fastify-roller"')
      done(new RollerError('ROLLER_ERR_UNAUTHORIZED', {
        detail: request.headers.authorization === undefined ? 'The request has no Authorization header.' : 'The key is not one of this gateway\'s.'
      }))
    })
  })
}

/**
 * Without keys the service listens on loopback alone. That keeps other machines out, but not the pages in this machine's browser: a foreign page
 * can send requests to localhost, and by DNS rebinding read the answers. Both show in the headers that browsers set.
 */
export function requireLocalCaller (scope: FastifyInstance): void {
  scope.addHook('onRequest', async (request) => {
    if (!isLocalHost(hostOf(request)) || isForeignPage(request)) {
      throw new RollerError('ROLLER_ERR_UNAUTHORIZED', {
        detail: 'Without API_KEYS only programs on this machine may call, and no pages of other sites.',
        hint: 'Set API_KEYS and send one as Authorization: Bearer <key>, or call http://localhost directly.'
      })
    }
  })
}

function hostOf (request: FastifyRequest): string {
  return (request.raw.headers.host ?? 'localhost').replace(/:\d+$/, '').toLowerCase()
}

function isLocalHost (host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}

function isForeignPage (request: FastifyRequest): boolean {
  if (request.headers['sec-fetch-site'] === 'cross-site') return true
  const { origin } = request.headers
  if (origin === undefined) return false
  return !URL.canParse(origin) || new URL(origin).host !== request.raw.headers.host
}

function digest (text: string): Buffer { return createHash('sha256').update(text).digest() }
