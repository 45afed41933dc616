/** What the operator lets through, asked by calls over HTTP and in process alike. */
import { RollerError } from '../errors.ts'
import type { CatalogueEntry } from '../gateway/call.ts'
import { operationGroups } from './operation-groups.ts'
import type { OperationKey } from './operation.ts'
import { operations } from './operations.ts'
import { splitKey } from './paths.ts'

export interface Policy {
  readonly readOnly: boolean
  readonly operations?: OperationLists | undefined
  /** Undefined: open, unless an operation is closed. */
  readonly wildcard?: boolean | undefined
}

/** Names of the catalogue, its tags, or groups. */
export interface OperationLists {
  /** With it, nothing else is open. */
  readonly allow?: readonly string[]
  /** Closed, also where `allow` names it. */
  readonly deny?: readonly string[]
}

export interface WantedCall {
  readonly method: string
  /** Null for a path outside the catalogue. */
  readonly operation: Pick<CatalogueEntry, 'name'> | null
  /** ROLLER's path as it was written; a query may follow. Not needed where the operation is known. */
  readonly target?: string
}

/** @throws RollerError ROLLER_ERR_OPERATION_FORBIDDEN */
export type Permit = (call: WantedCall) => void

export function createPermit ({ readOnly, operations: lists = {}, wildcard }: Policy): Permit {
  const closed = closedOperations(lists)
  const templates = [...closed].map(closedTemplate)
  // ROLLER may be lenient with paths (a slash at the end, another case), and such a path is none of the catalogue's.
  const paths = wildcard ?? closed.size === 0
  return ({ method, operation, target = '' }) => {
    if (readOnly && method !== 'GET') {
      throw new RollerError('ROLLER_ERR_OPERATION_FORBIDDEN', { detail: 'This gateway is read-only.', hint: 'Only GET calls are let through here.' })
    }
    if (operation !== null) {
      if (closed.has(operation.name)) throw closedHere(`${operation.name} is closed on this gateway.`)
    } else if (!paths) {
      throw closedHere('Paths outside the catalogue are closed on this gateway.')
    } else if (templates.length > 0 && templates.some((matches) => matches(method, target))) {
      throw closedHere('This is another way to write an operation that is closed on this gateway.')
    }
  }
}

/** The places in a list, from 1, at which stands what is neither an operation nor a tag nor a group. */
export function unknownOperations (list: readonly string[]): number[] {
  return list.flatMap((name, index) => members(name).length === 0 ? [index + 1] : [])
}

export const OPERATION_NAMES_RULE =
  `names of operations (GET /bookings), tags (Payments) or groups (${Object.keys(operationGroups).join(', ')}), as the OpenAPI document and the README have them`

const names = Object.keys(operations) as (keyof typeof operations)[] // the keys of a literal

function members (name: string): readonly string[] {
  if (Object.hasOwn(operations, name)) return [name]
  if (Object.hasOwn(operationGroups, name)) return operationGroups[name as keyof typeof operationGroups] // its own key
  return names.filter((key) => operations[key].tag === name)
}

function closedOperations ({ allow, deny = [] }: OperationLists): ReadonlySet<string> {
  const denied = new Set(deny.flatMap(members))
  const allowed = allow === undefined ? null : new Set(allow.flatMap(members))
  return new Set(names.filter((name) => denied.has(name) || allowed?.has(name) === false))
}

/** Matches what a lenient server could take for the operation: any case, encoded or not, empty segments left out. */
function closedTemplate (name: string): (method: string, target: string) => boolean {
  const { method, path } = splitKey(name as OperationKey) // of the catalogue
  const segments = path.split('/').filter(Boolean).map((segment) => segment.startsWith('{') ? null : segment.toLowerCase())
  return (called, target) => {
    if (called !== method) return false
    const written = plainSegments(target)
    return written.length === segments.length && segments.every((segment, index) => segment === null || segment === written[index])
  }
}

function plainSegments (target: string): string[] {
  const path = decode(target.split('?', 1)[0] ?? '').toLowerCase()
  // Some servers cut `;parameters` off a segment.
  return path.split('/').map((segment) => (segment.split(';', 1)[0] ?? '').trim()).filter(Boolean)
}

/** Byte by byte, so that a broken escape cannot shield what stands beside it. The guard refuses what is encoded more often. */
function decode (path: string): string {
  let current = path
  for (let round = 0; round < 8; round++) {
    const next = current.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    if (next === current) break
    current = next
  }
  return current
}

function closedHere (detail: string): RollerError {
  return new RollerError('ROLLER_ERR_OPERATION_FORBIDDEN', { detail, hint: 'The operator of this gateway decides which operations are open.' })
}
