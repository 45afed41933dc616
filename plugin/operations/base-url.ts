/** Allowed base URLs of ROLLER's API. The venue's token is sent there, so it must be an https origin, or a loopback address for tests. */
import { isIP } from 'node:net'

/** Hosts of ROLLER's two environments. Some customers have custom domains. */
export const ROLLER_BASE_URLS = { live: 'https://api.roller.app', playground: 'https://api.play.roller.app' } as const

/** The error message for an invalid base URL. */
export const ROLLER_BASE_URL_RULE =
  'an https address (http on this machine) without path, query or credentials, such as https://api.roller.app'

export function isRollerBaseUrl (text: string): boolean {
  // Parts that URL would drop or repair are rejected: an empty query, a backslash, a tab.
  if (!/^https?:\/\/[^/?#@\\\s]+\/?$/i.test(text) || !URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || isLoopback(hostname)
}

/** @param hostname as URL writes it */
export function isLoopback (hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'))
}
