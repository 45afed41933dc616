/** Which budget a call spends, by ROLLER's rules: `/data` and `/reporting` are its Reporting API, and bulk exports have a limit of their own. */
import { parseJsonBytes } from '../../util/json.ts'
import { canonicalPath } from '../../operations/canonical-path.ts'
import type { RateLimitName, Operation } from '../../operations/operation.ts'

export interface Spending {
  readonly budget: RateLimitName
  /** Of a bulk export. */
  readonly exportType: string | null
}

export interface SpendingCall {
  readonly method: string
  readonly path: string
  readonly operation: Operation | null
  readonly body: Buffer | null
}

export function spendingOf ({ method, path, operation, body }: SpendingCall): Spending {
  const budget = operation?.budget ?? budgetOfPath(method, path)
  return { budget, exportType: budget === 'bulk' ? exportTypeOf(body) : null }
}

/** For paths outside the catalog. Counting once too often harms nobody. */
function budgetOfPath (method: string, path: string): RateLimitName {
  const { segments } = canonicalPath(path)
  if (method === 'POST' && segments.length === 2 && segments[0] === 'reporting' && segments[1] === 'bulk') return 'bulk'
  return segments[0] === 'data' || segments[0] === 'reporting' ? 'reporting' : 'rest'
}

function exportTypeOf (body: Buffer | null): string | null {
  try {
    const parsed = body === null ? null : parseJsonBytes(body)
    if (typeof parsed === 'object' && parsed !== null && 'exportType' in parsed && typeof parsed.exportType === 'string') return parsed.exportType.slice(0, 64)
  } catch {}
  return null
}
