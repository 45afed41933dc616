/** What the operator lets through, asked by calls over HTTP and in process alike. */
import { RollerError } from '../errors.ts'
import type { CatalogOperation } from './validate.ts'
import { operationGroups } from './operation-groups.ts'
import { canonicalPath, PLAIN_PATH } from './canonical-path.ts'
import type { OperationKey } from './operation.ts'
import { operations } from './operations.ts'
import { splitKey } from './paths.ts'
import { matchesTemplate } from './templates.ts'

export interface Policy {
  readonly readOnly: boolean
  readonly operations?: OperationLists | undefined
  /** Undefined: open, unless an operation is closed. */
  readonly wildcard?: boolean | undefined
}

/** Names of the catalog, its tags, or groups. */
export interface OperationLists {
  /** With it, nothing else is open. */
  readonly allow?: readonly string[]
  /** Closed, also where `allow` names it. */
  readonly deny?: readonly string[]
}

export interface WantedCall {
  readonly method: string
  /** Null for a path outside the catalog. */
  readonly operation: Pick<CatalogOperation, 'name' | 'template'> | null
  /** ROLLER's path as it was written; a query may follow. */
  readonly target: string
}

/** @throws RollerError ROLLER_ERR_OPERATION_FORBIDDEN, or ROLLER_ERR_PATH for a path that could be two */
export type OperationPolicy = (call: WantedCall) => void

export function createOperationPolicy ({ readOnly, operations: lists = {}, wildcard }: Policy): OperationPolicy {
  const closed = closedOperations(lists)
  const templates = [...closed].map((name) => splitKey(name as OperationKey)) // of the catalog
  // ROLLER may be lenient with paths (a slash at the end, another case), and such a path is none of the catalog's.
  const paths = wildcard ?? closed.size === 0
  const restricted = closed.size > 0 || !paths
  return ({ method, operation, target }) => {
    if (readOnly && method !== 'GET') {
      throw new RollerError(
        'ROLLER_ERR_OPERATION_FORBIDDEN',
        { detail: 'This gateway is read-only.', hint: 'Send GET calls only, or ask the operator of this gateway to allow writes.' }
      )
    }
    if (!restricted) return
    if (operation !== null && closed.has(operation.name)) throw closedHere(`${operation.name} is closed on this gateway.`)
    const path = target.split('?', 1)[0] ?? ''
    // A plain path is the operation that the router has found: no two of the catalog have the same path.
    if (operation !== null && PLAIN_PATH.test(path)) return
    // Otherwise the router's word is not the last one: to ROLLER `/bookings/x%2Fform-responses` may be the longer path.
    const { segments } = canonicalPath(path)
    if (!paths && (operation === null || !matchesTemplate(operation.template, segments))) {
      throw closedHere('Paths outside the catalog are closed on this gateway.')
    }
    if (templates.some((template) => template.method === method && matchesTemplate(template.path, segments))) {
      throw closedHere('This is another way to write an operation that is closed on this gateway.')
    }
  }
}

/** The places in a list, from 1, at which stands what is neither an operation nor a tag nor a group. */
export function unknownOperations (list: readonly string[]): number[] {
  return list.flatMap((name, index) => members(name).length === 0 ? [index + 1] : [])
}

export const OPERATION_NAMES_RULE =
  `names of operations (GET /bookings), tags (Payments) or groups (${Object.keys(operationGroups).join(', ')})`

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

function closedHere (detail: string): RollerError {
  return new RollerError(
    'ROLLER_ERR_OPERATION_FORBIDDEN', { detail, hint: 'Ask the operator of this gateway to open the operation.' }
  )
}
