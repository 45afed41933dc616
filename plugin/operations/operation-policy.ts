/** The operations that the operator allows, for calls over HTTP and in process. */
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
  /** Undefined: everything is allowed unless an operation is denied. */
  readonly wildcard?: boolean | undefined
}

/** Names of the catalog, its tags, or groups. */
export interface OperationLists {
  /** If set, everything else is denied. */
  readonly allow?: readonly string[]
  /** Denied, even if `allow` names it. */
  readonly deny?: readonly string[]
}

export interface WantedCall {
  readonly method: string
  /** Null for a path outside the catalog. */
  readonly operation: Pick<CatalogOperation, 'name' | 'template'> | null
  /** ROLLER's path as received; a query may follow. */
  readonly target: string
}

/** @throws RollerError ROLLER_ERR_OPERATION_FORBIDDEN, or ROLLER_ERR_PATH for an ambiguous path */
export type OperationPolicy = (call: WantedCall) => void

export function createOperationPolicy ({ readOnly, operations: lists = {}, wildcard }: Policy): OperationPolicy {
  const closed = closedOperations(lists)
  const templates = [...closed].map((name) => splitKey(name as OperationKey)) // of the catalog
  // ROLLER may ignore a trailing slash or the case, and the catalog has no such path.
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
    // A plain path is the operation that the router found: paths of the catalog are unique.
    if (operation !== null && PLAIN_PATH.test(path)) return
    // Otherwise the router's match is not sufficient: ROLLER may read `/bookings/x%2Fform-responses` as the longer path.
    const { segments } = canonicalPath(path)
    if (!paths && (operation === null || !matchesTemplate(operation.template, segments))) {
      throw closedHere('Paths outside the catalog are closed on this gateway.')
    }
    if (templates.some((template) => template.method === method && matchesTemplate(template.path, segments))) {
      throw closedHere('This is another way to write an operation that is closed on this gateway.')
    }
  }
}

/** Positions in the list, from 1, of entries that are no operation, tag or group. */
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
    'ROLLER_ERR_OPERATION_FORBIDDEN', { detail, hint: 'Ask the operator of this gateway to allow the operation.' }
  )
}
