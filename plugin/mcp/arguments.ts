/** A call's arguments as a model gives them, checked before a confirmation or a call. */
import { RollerError, type InputFault } from '../errors.ts'
import { writeTarget } from '../client/client.ts'
import type { OperationKey } from '../operations/operation.ts'
import { splitKey } from '../operations/paths.ts'
import type { TSchema } from '../operations/schema.ts'
import { validateCall, type CatalogOperation } from '../operations/validate.ts'
import { isRecord } from '../util/is-record.ts'
import type { CallContext } from './call-context.ts'

/** As ROLLER names them. */
export interface OperationArguments {
  readonly path: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: unknown
}

export function readArguments ({ path, query, body }: Readonly<Record<string, unknown>>): OperationArguments {
  return { path: isRecord(path) ? path : {}, query: isRecord(query) ? query : {}, body }
}

/** @throws RollerError ROLLER_ERR_OPERATION_FORBIDDEN, or ROLLER_ERR_VALIDATION that names every fault */
export function checkArguments ({ registration: { policy } }: CallContext, entry: CatalogOperation, args: OperationArguments): void {
  const { operation, name, template } = entry
  const { method } = splitKey(name as OperationKey) // an operation's name is its key
  const faults = [
    ...strangers(operation.params, args.path, '/path'),
    ...strangers(operation.query, args.query, '/query'),
    ...(operation.body === undefined && args.body !== undefined
      ? [{ pointer: '/body', detail: 'is not taken by this operation' }]
      : strangers(operation.body, args.body, '/body'))
  ]
  if (faults.length > 0) throw new RollerError('ROLLER_ERR_VALIDATION', { errors: faults })
  const target = writeTarget(template, args.path, args.query)
  policy({ method, operation: entry, target })
  const mark = target.indexOf('?')
  const [path, query] = mark === -1 ? [target, ''] : [target.slice(0, mark), target.slice(mark)]
  const body = args.body === undefined ? null : Buffer.from(JSON.stringify(args.body))
  const found = validateCall(entry, { path, query, headers: [], body })
  if (found.length > 0) throw new RollerError('ROLLER_ERR_VALIDATION', { errors: found.map(namedByTool) })
}

/** Path parameters are `path` here. */
export function namedByTool ({ pointer, detail }: InputFault): InputFault {
  return { pointer: pointer.replace(/^\/params(?=\/|$)/, '/path'), detail }
}

/** Names that the operation does not have: of another operation, or made up. ROLLER would ignore most of them without a word. */
function strangers (schema: TSchema | undefined, given: unknown, root: string): InputFault[] {
  if (!isRecord(given) || Array.isArray(given)) return []
  const known = schema === undefined ? [] : namesOf(schema)
  if (known === null) return []
  return Object.keys(given).filter((name) => !known.includes(name)).slice(0, 20).map((name) => ({
    pointer: `${root}/${name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`,
    detail: known.length === 0 ? 'is not taken by this operation' : `is not one of ${known.join(', ')}`
  }))
}

/** Null where any name is taken. */
function namesOf ({ type, properties, patternProperties, anyOf, allOf }: TSchema): readonly string[] | null {
  if (anyOf !== undefined || allOf !== undefined || patternProperties !== undefined) return null
  if (type !== 'object' || !isRecord(properties)) return null
  return Object.keys(properties)
}
