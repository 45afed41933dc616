/** Keeps a result within the size that a model can take, and states what is missing: never silently. */
import { cutText } from '../util/cut-text.ts'
import { isRecord } from '../util/is-record.ts'

export interface FittedData {
  readonly data: unknown
  /** What was left out and how to request it; absent where everything is there. */
  readonly truncated?: string
}

const MAX_CUTS = 20

/** Keeps the named fields of every record: `bookingReference`, `items.productId`. Lists are passed through. */
export function pickFields (value: unknown, fields: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((one) => pickFields(one, fields))
  if (!isRecord(value)) return value
  const picked: Record<string, unknown> = {}
  for (const field of fields) {
    const dot = field.indexOf('.')
    const name = dot === -1 ? field : field.slice(0, dot)
    if (!Object.hasOwn(value, name)) continue
    const inner = fields.filter((one) => one.startsWith(`${name}.`)).map((one) => one.slice(name.length + 1))
    const kept = fields.includes(name) ? value[name] : pickFields(value[name], inner)
    Object.defineProperty(picked, name, { value: kept, enumerable: true, configurable: true, writable: true }) // __proto__ is a field too
  }
  return picked
}

/** Shortens the largest list until the whole fits. @param size characters of JSON */
export function fitData (given: unknown, size: number): FittedData {
  if (sizeOf(given) <= size) return { data: given }
  const data: unknown = structuredClone(given)
  const cuts: string[] = []
  const root = { data }
  for (let cut = 0; cut < MAX_CUTS && sizeOf(root.data) > size; cut++) {
    const largest = largestList(root, '')
    if (largest === null) break
    const { list, path } = largest
    const before = list.length
    const excess = sizeOf(root.data) - size
    const share = Math.max(0, 1 - excess / sizeOf(list))
    list.length = Math.min(before - 1, Math.floor(before * share))
    cuts.push(`${path.slice(1) || 'data'}: ${list.length} of ${before} entries`)
  }
  const how = 'Request less: a smaller page (pageNumber and pageSize where the operation has them), a narrower filter or range, or only ' +
    'the fields you need (argument fields).'
  if (sizeOf(root.data) <= size) return { data: root.data, truncated: `Shown: ${cuts.join('; ')}. ${how}` }
  const text = JSON.stringify(given)
  let shown = cutText(text, size)
  // As text, its quotes and backslashes are escaped once more.
  while (sizeOf(shown) > size) shown = cutText(shown, Math.floor(shown.length * size / sizeOf(shown)))
  return { data: shown, truncated: `Shown: the first ${shown.length} of ${text.length} characters, as text. ${how}` }
}

function sizeOf (value: unknown): number { return JSON.stringify(value).length }

/** The list with the most text that is not one long record of its own. */
function largestList (value: unknown, path: string): { list: unknown[], path: string } | null {
  let found: { list: unknown[], path: string, size: number } | null = null
  const visit = (one: unknown, at: string): void => {
    if (!isRecord(one)) return
    if (Array.isArray(one) && one.length > 0) {
      const size = sizeOf(one)
      // The outermost of nested lists is the one with pages.
      if (found === null || size > found.size * 2) found = { list: one, path: at, size }
    }
    for (const [key, inner] of Object.entries(one)) visit(inner, Array.isArray(one) ? at : `${at}.${key}`)
  }
  visit(value, path)
  return found
}
