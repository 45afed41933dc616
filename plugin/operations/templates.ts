/** The catalog's path templates, compared with each other and with canonical paths. */
import { operations } from './operations.ts'
import type { OperationKey } from './operation.ts'
import { splitKey } from './paths.ts'

const split = new Map<string, readonly (string | null)[]>()

/** Literals in lower case; null for a parameter. Bounded by the size of the catalog. */
function segmentsOf (template: string): readonly (string | null)[] {
  let segments = split.get(template)
  if (segments === undefined) {
    segments = template.split('/').filter(Boolean).map((segment) => segment.startsWith('{') ? null : segment.toLowerCase())
    split.set(template, segments)
  }
  return segments
}

/** @param segments of a canonical path */
export function matchesTemplate (template: string, segments: readonly string[]): boolean {
  const own = segmentsOf(template)
  return own.length === segments.length && own.every((segment, index) => segment === null || segment === segments[index])
}

/** The operation of a canonical path, or null. Used for requests that match only the wildcard route. */
export function operationAt (method: string, segments: readonly string[]): string | null {
  return Object.keys(operations).find((key) => {
    const own = splitKey(key as OperationKey) // a key of the catalog
    return own.method === method && matchesTemplate(own.path, segments)
  }) ?? null
}
