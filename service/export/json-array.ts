/**
 * Reads a JSON array of any length, one element at a time. It only finds where an element ends; JSON.parse reads the element, so that a
 * record of a file is the same value as a record of a page.
 */
const byte = (character: string): number => character.charCodeAt(0)
const [QUOTE, BACKSLASH, COMMA, OPEN, CLOSE, OPEN_OBJECT, CLOSE_OBJECT] = [
  byte('"'), byte('\\'), byte(','), byte('['), byte(']'), byte('{'), byte('}')
]
const BLANKS: ReadonlySet<number> = new Set(Buffer.from(' \t\r\n'))
/** A file may begin with a byte order mark. */
const PREAMBLE: ReadonlySet<number> = new Set(Buffer.from('\uFEFF \t\r\n'))
/** Bytes of an element. */
const LARGEST = 64 * 1024 * 1024

export class JsonArrayError extends Error {
  override readonly name = 'JsonArrayError'
}

/** @throws JsonArrayError if the text is not an array, is cut, or has an element larger than `largest` bytes */
export async function * readJsonArray (chunks: AsyncIterable<Uint8Array>, largest = LARGEST): AsyncGenerator<unknown, void, undefined> {
  const element = new Element(largest)
  /** 0: before the array; 1: in it; more: inside an element; -1: after the array. */
  let depth = 0
  let count = 0
  let inText = false
  let escaped = false
  for await (const chunk of chunks) {
    let start = 0
    for (let at = 0; at < chunk.length; at++) {
      const one = chunk[at] as number // below the length
      if (inText) {
        if (escaped) escaped = false
        else if (one === BACKSLASH) escaped = true
        else if (one === QUOTE) inText = false
      } else if (depth <= 0) {
        if (depth === 0 && one === OPEN) {
          depth = 1
          start = at + 1
        } else if (!(depth === 0 ? PREAMBLE : BLANKS).has(one)) throw new JsonArrayError('is not a JSON array')
      } else if (one === QUOTE) inText = true
      else if (one === OPEN || one === OPEN_OBJECT) depth++
      else if (depth > 1) {
        if (one === CLOSE || one === CLOSE_OBJECT) depth--
      } else if (one === COMMA || one === CLOSE) {
        element.add(chunk.subarray(start, at))
        start = at + 1
        if (one === CLOSE) depth = -1
        // `[]` has no element, `[1,]` has an empty one.
        if (one === COMMA || count > 0 || !element.isBlank) yield element.take()
        count++
      }
    }
    if (depth > 0) element.add(chunk.subarray(start))
  }
  if (depth !== -1) throw new JsonArrayError('ends in the middle')
}

/** Collects the bytes of an element from the chunks that it crosses. */
class Element {
  readonly #largest: number
  #pieces: Uint8Array[] = []
  #size = 0

  constructor (largest: number) { this.#largest = largest }

  add (piece: Uint8Array): void {
    this.#size += piece.length
    if (this.#size > this.#largest) throw new JsonArrayError(`has a record of more than ${this.#largest} bytes`)
    if (piece.length > 0) this.#pieces.push(piece)
  }

  get isBlank (): boolean { return this.#pieces.every((piece) => piece.every((one) => BLANKS.has(one))) }

  take (): unknown {
    const text = Buffer.concat(this.#pieces).toString()
    this.#pieces = []
    this.#size = 0
    try { return JSON.parse(text) } catch { throw new JsonArrayError('is not JSON') }
  }
}
