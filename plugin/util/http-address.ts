/** Addresses of services that are called with a key in a header. */

/** What a message says of a wrong one. */
export const HTTP_ADDRESS_RULE = 'an http or https address without query or credentials'

export function isHttpAddress (text: string): boolean {
  // What URL would leave out or repair does not pass.
  return /^https?:\/\/[^/?#@\\\s]+(\/[^?#\\\s]*)?$/i.test(text) && URL.canParse(text)
}
