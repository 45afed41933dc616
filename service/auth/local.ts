/**
 * Without keys the service listens on loopback only. That keeps out other machines, but not pages in a browser on this machine: a foreign
 * page can send requests to localhost, and with DNS rebinding read the responses. Headers set by browsers reveal both.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { RollerError } from 'fastify-roller'
import { provesItself } from './senders.ts'

/** @param origins that may call, as for CORS */
export function requireLocalCaller (scope: FastifyInstance, origins: readonly string[]): void {
  scope.addHook('onRequest', async (request) => {
    if (provesItself(request)) return
    if (!isLocalHost(hostOf(request)) || isForeignPage(request, origins)) {
      throw new RollerError('ROLLER_ERR_UNAUTHORIZED', {
        detail: 'Without API_KEYS the service accepts programs on this machine only, and no pages of other sites.',
        hint: 'Set API_KEYS and send one of them as Authorization: Bearer <key>, or call http://localhost directly.'
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

function isForeignPage (request: FastifyRequest, origins: readonly string[]): boolean {
  const { origin } = request.headers
  if (origin !== undefined && origins.includes(origin)) return false
  if (request.headers['sec-fetch-site'] === 'cross-site') return true
  if (origin === undefined) return false
  return !URL.canParse(origin) || new URL(origin).host !== request.raw.headers.host
}
