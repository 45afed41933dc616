/** Where ROLLER's API may be: a venue's token is sent there, so it is an https origin, or a test's own on this machine. */
import { isIP } from 'node:net'

/** Hosts of ROLLER's two environments. Some customers have domains of their own. */
export const ROLLER_BASE_URLS = { live: 'https://api.roller.app', playground: 'https://api.play.roller.app' } as const

/** What a message says of a wrong one. */
export const ROLLER_BASE_URL_RULE =
  'an https address (http on this machine) without path, query or credentials, such as https://api.roller.app'

export function isRollerBaseUrl (text: string): boolean {
  // What URL would leave out or repair does not pass: an empty query, a backslash, a tab.
  if (!/^https?:\/\/[^/?#@\\\s]+\/?$/i.test(text) || !URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || isLoopback(hostname)
}

/** @param hostname as URL writes it */
export function isLoopback (hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'))
}
