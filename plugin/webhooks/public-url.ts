/** The address under which ROLLER reaches this gateway. */
import { isLoopback } from '../operations/base-url.ts'

/** What a message says of a wrong one. */
export const PUBLIC_URL_RULE =
  'an https address (http on this machine, for tests) without query or credentials, such as https://gateway.example.com'

export function isPublicUrl (text: string): boolean {
  // ROLLER sends to HTTPS only. What URL would leave out or repair does not pass.
  if (!/^https?:\/\/[^/?#@\\\s]+(\/[^?#\\\s]*)?$/i.test(text) || !URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || isLoopback(hostname)
}
