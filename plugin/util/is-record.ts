/** An object or array, whose fields may be read. */
export function isRecord (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** No array. */
export function isObject (value: unknown): value is Record<string, unknown> {
  return isRecord(value) && !Array.isArray(value)
}

/** An object without a class of its own. */
export function isPlainObject (value: unknown): value is Record<string, unknown> {
  if (!isRecord(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
