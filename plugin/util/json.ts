/** Parsing of JSON from the network. */

const MARK = 0xfeff

/**
 * Parses JSON in UTF-8. A byte order mark is skipped, as RFC 8259 allows: .NET writes one, and may be on both sides of this gateway.
 * @throws SyntaxError
 */
export function parseJsonBytes (bytes: Buffer): unknown {
  return JSON.parse(withoutMark(bytes.toString('utf8')))
}

export function withoutMark (text: string): string {
  return text.charCodeAt(0) === MARK ? text.slice(1) : text
}
