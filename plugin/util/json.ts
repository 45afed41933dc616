/** JSON from the network, and pointers into it. */

const MARK = 0xfeff

/**
 * Parses JSON in UTF-8. A byte order mark is skipped, as RFC 8259 allows: .NET writes one, and may be on both sides of this gateway.
 * @returns undefined for what is not JSON
 */
export function readJson (bytes: Buffer): unknown {
  try { return JSON.parse(textOf(bytes)) } catch { return undefined }
}

/** The same; what is not JSON is returned as text. */
export function readJsonOrText (bytes: Buffer): unknown {
  const value = readJson(bytes)
  return value === undefined ? textOf(bytes) : value
}

function textOf (bytes: Buffer): string {
  const text = bytes.toString('utf8')
  return text.charCodeAt(0) === MARK ? text.slice(1) : text
}

/** A name or index as a segment of a JSON pointer. */
export function pointerSegment (name: string | number): string {
  return `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`
}
