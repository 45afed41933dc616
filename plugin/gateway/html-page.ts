/**
 * Distinguishes an HTML page from a response with a wrong Content-Type: an error that ROLLER sends without one arrives through Nango as
 * `text/html`, whatever its body is.
 */

// The start of an HTML page for browsers (WHATWG MIME Sniffing 7.1), after a byte order mark, white space and an XML declaration.
const BEFORE = /^\ufeff?\s*(?:<\?xml[^>]*>\s*)?/
const PAGE = /^<(?:!--|(?:!doctype\s+html|html|head|body|title|meta|script|style|iframe|center|table|div|font|h[1-6]|br|hr|p|a|b)[\s/>])/i
/** Number of bytes to check. */
const PAGE_START_BYTES = 1024

/** @param start the first bytes of the body, decompressed */
export function isPage (start: Buffer): boolean {
  return PAGE.test(start.toString('utf8', 0, PAGE_START_BYTES).replace(BEFORE, ''))
}

export function isLabelledHtml (headers: Readonly<Record<string, string | string[]>>): boolean {
  return mediaType(headers) === 'text/html'
}

/** Media type without parameters, in lower case. Empty if there is none. */
export function mediaType (headers: Readonly<Record<string, string | string[]>>): string {
  const type = headers['content-type']
  return typeof type === 'string' ? (type.split(';', 1)[0] as string).trim().toLowerCase() : ''
}
