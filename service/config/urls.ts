/** Addresses in the environment that may contain credentials. A library's own error would quote an invalid one. */
import { isDecodable, isLoopback } from 'fastify-roller/internal'

/** The error message for an invalid address. */
export const REDIS_URL_RULE =
  'redis:// or rediss://, an optional percent-encoded user and password, a host, an optional port and database number'

/** ioredis treats every query parameter as one of its options; `family` is the one that hosting providers require. */
export function isRedisUrl (text: string): boolean {
  if (!/^rediss?:\/\/[^\s\\#]+$/i.test(text) || !URL.canParse(text)) return false
  const { username, password, hostname, pathname, search } = new URL(text)
  const pointsTo = hostname !== '' && /^(\/\d{0,5})?$/.test(pathname) && /^(\?family=[046])?$/.test(search)
  return pointsTo && isDecodable(username) && isDecodable(password)
}

/** https, or http on loopback: the keys from this address decide which tokens are valid. */
export function isKeySetUrl (text: string): boolean {
  if (!/^https?:\/\/[^/?#@\\\s]+([/?][^#\\\s]*)?$/i.test(text) || !URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || isLoopback(hostname)
}
