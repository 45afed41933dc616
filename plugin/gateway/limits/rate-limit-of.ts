/**
 * The rate limit that a call counts against, by ROLLER's rules: `/data` and `/reporting` are its Reporting API, and bulk exports have a
 * limit of their own.
 */
import { canonicalPath } from '../../operations/canonical-path.ts'
import type { Operation, RateLimitName } from '../../operations/operation.ts'
import { isRecord } from '../../util/is-record.ts'
import { readJson } from '../../util/json.ts'
import type { OutgoingBody } from '../transport/transport.ts'

export interface RateLimitToSpend {
  readonly rateLimit: RateLimitName
  /** Of a bulk export. */
  readonly exportType: string | null
}

export interface LimitedCall {
  readonly method: string
  readonly target: { readonly path: string }
  readonly operation: { readonly operation: Operation } | null
  readonly body: OutgoingBody | null
}

export function rateLimitOf ({ method, target, operation, body }: LimitedCall): RateLimitToSpend {
  const rateLimit = operation?.operation.rateLimit ?? rateLimitOfPath(method, target.path)
  return { rateLimit, exportType: rateLimit === 'bulk' && body?.kind === 'bytes' ? exportTypeOf(body.bytes) : null }
}

/** For paths outside the catalog. Counting too much is harmless. */
function rateLimitOfPath (method: string, path: string): RateLimitName {
  const { segments } = canonicalPath(path)
  if (method === 'POST' && segments.length === 2 && segments[0] === 'reporting' && segments[1] === 'bulk') return 'bulk'
  return segments[0] === 'data' || segments[0] === 'reporting' ? 'reporting' : 'rest'
}

function exportTypeOf (body: Buffer): string | null {
  const order = readJson(body)
  return isRecord(order) && typeof order.exportType === 'string' ? order.exportType.slice(0, 64) : null
}
