/** The address of this gateway for ROLLER. */
import { isLoopback } from '../operations/base-url.ts'

/** The error message for an invalid address. */
export const PUBLIC_URL_RULE =
  'an https address (http on this machine, for tests) without query or credentials, such as https://gateway.example.com'

export function isPublicUrl (text: string): boolean {
  // ROLLER sends to HTTPS only. Parts that URL would drop or repair are rejected.
  if (!/^https?:\/\/[^/?#@\\\s]+(\/[^?#\\\s]*)?$/i.test(text) || !URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || isLoopback(hostname)
}
