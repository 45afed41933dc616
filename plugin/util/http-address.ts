/** Addresses of services that get a key in a header. */

/** The error message for an invalid address. */
export const HTTP_ADDRESS_RULE = 'an http or https address without query or credentials'

export function isHttpAddress (text: string): boolean {
  // Parts that URL would drop or repair are rejected.
  return /^https?:\/\/[^/?#@\\\s]+(\/[^?#\\\s]*)?$/i.test(text) && URL.canParse(text)
}
