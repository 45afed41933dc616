/**
 * Tells a page of HTML from an answer that is only labelled as one: an error that ROLLER sends without a Content-Type arrives through Nango
 * as `text/html`, whatever its body is.
 */

// What browsers take for the beginning of a page (WHATWG MIME Sniffing 7.1), after a byte order mark, white space and an XML declaration.
const BEFORE = /^\ufeff?\s*(?:<\?xml[^>]*>\s*)?/
const PAGE = /^<(?:!--|(?:!doctype\s+html|html|head|body|title|meta|script|style|iframe|center|table|div|font|h[1-6]|br|hr|p|a|b)[\s/>])/i
/** A page shows itself within these bytes. */
const PAGE_START_BYTES = 1024

/** @param start the first bytes of the body, decompressed */
export function isPage (start: Buffer): boolean {
  return PAGE.test(start.toString('utf8', 0, PAGE_START_BYTES).replace(BEFORE, ''))
}

export function isLabelledHtml (headers: Readonly<Record<string, string | string[]>>): boolean {
  return mediaType(headers) === 'text/html'
}

/** Media type without parameters, in lower case. Empty where there is none. */
export function mediaType (headers: Readonly<Record<string, string | string[]>>): string {
  const type = headers['content-type']
  return typeof type === 'string' ? (type.split(';', 1)[0] as string).trim().toLowerCase() : ''
}
