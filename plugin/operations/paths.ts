/** Splits `'GET /bookings/{uniqueId}'` into method and path. */
import type { Method, OperationKey } from './operation.ts'

export function splitKey (key: OperationKey): { method: Method, path: string } {
  const space = key.indexOf(' ')
  return { method: key.slice(0, space) as Method, path: key.slice(space + 1) } // guaranteed by the type of the key
}

/** Converts ROLLER's `{name}` to Fastify's `:name`. */
export function toRoutePath (path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1')
}
