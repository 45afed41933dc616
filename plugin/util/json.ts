/** JSON as it comes over the wire. */

const MARK = 0xfeff

/**
 * Parses JSON in UTF-8. A byte order mark before it is skipped, as RFC 8259 allows a parser to do: .NET writes one, on both sides of this
 * gateway.
 * @throws SyntaxError
 */
export function parseJsonBytes (bytes: Buffer): unknown {
  return JSON.parse(withoutMark(bytes.toString('utf8')))
}

export function withoutMark (text: string): string {
  return text.charCodeAt(0) === MARK ? text.slice(1) : text
}
