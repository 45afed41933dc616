/** `'GET /bookings/{uniqueId}'` taken apart. */
import type { Method, OperationKey } from './operation.ts'

export function splitKey (key: OperationKey): { method: Method, path: string } {
  const space = key.indexOf(' ')
  return { method: key.slice(0, space) as Method, path: key.slice(space + 1) } // the key's own type says so
}

/** ROLLER's `{name}` as Fastify writes it: `:name`. */
export function toRoutePath (path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1')
}
