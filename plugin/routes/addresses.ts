/** Addresses of the plugin's routes as a caller reaches them, behind proxies that strip a prefix and below prefixes with parameters. */
import type { FastifyRequest } from 'fastify'

/** Of one proxy or several, the outermost first. A second slash at the beginning would make it another host. */
const FORWARDED_PREFIX = /^(\/[\w.~!$&'()*+;=:@%-]+)*\/?$/
const MAX_LENGTH = 255

/** @param prefix as the routes are registered */
export function hasParameters (prefix: string): boolean { return /[:*]/.test(prefix) }

export class Addresses {
  readonly #publicUrl: string
  /** Path of the app from the root of the host, as far as `publicUrl` names it. */
  readonly publicPath: string

  /** @param publicUrl of the app, without the prefix of the routes */
  constructor (publicUrl: string | undefined) {
    this.#publicUrl = publicUrl?.replace(/\/+$/, '') ?? ''
    this.publicPath = this.#publicUrl === '' ? '' : new URL(this.#publicUrl).pathname.replace(/\/+$/, '')
  }

  /** Path of the scope's routes from the root of the host. */
  path (request: FastifyRequest): string { return (forwardedPrefix(request) ?? this.publicPath) + prefixOf(request) }

  /** The same, absolute where the address of the app is known. */
  url (request: FastifyRequest): string {
    return this.#publicUrl === '' ? this.path(request) : this.#publicUrl + prefixOf(request)
  }
}

/** Read from the URL: a parameter has been decoded, and may be a part of a segment. */
function prefixOf ({ raw, server: { prefix } }: FastifyRequest): string {
  const plain = prefix.replace(/\/+$/, '')
  if (!hasParameters(plain)) return plain
  const path = (raw.url ?? '').replace(/^\w+:\/\/[^/]*/, '').replace(/\/{2,}/g, '/')
  return path.split('/').slice(0, plain.split('/').length).join('/')
}

/** Only of a proxy that the host trusts: where it trusts the sender, `ips` has what the sender says in X-Forwarded-For. */
function forwardedPrefix ({ headers, ips = [] }: FastifyRequest): string | null {
  const given = headers['x-forwarded-prefix']
  if (typeof given !== 'string' || given.length > MAX_LENGTH || ips.length < 2) return null
  const parts = given.split(',').map((part) => part.trim())
  return parts.every((part) => FORWARDED_PREFIX.test(part)) ? parts.map((part) => part.replace(/\/$/, '')).join('') : null
}
