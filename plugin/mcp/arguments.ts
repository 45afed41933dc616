/** A call's arguments as a model gives them, checked before a confirmation or a call. */
import { RollerError, type InputFault } from '../errors.ts'
import { writeTarget } from '../client/client.ts'
import { sanitizeTarget } from '../gateway/sanitize-request.ts'
import type { OperationKey } from '../operations/operation.ts'
import { splitKey } from '../operations/paths.ts'
import type { TSchema } from '../operations/schema.ts'
import { validateCall, type CatalogOperation } from '../operations/validate.ts'
import { cutText } from '../util/cut-text.ts'
import { isObject, isRecord } from '../util/is-record.ts'
import type { CallContext } from './call-context.ts'
import type { CallArguments } from './schemas.ts'
import { pointerSegment } from '../util/json.ts'

/** As ROLLER names them. */
export interface OperationArguments {
  readonly path: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: unknown
}

export function readArguments ({ path = {}, query = {}, body }: CallArguments): OperationArguments { return { path, query, body } }

/** @throws RollerError ROLLER_ERR_OPERATION_FORBIDDEN, ROLLER_ERR_PATH, or ROLLER_ERR_VALIDATION that names every fault */
export function checkArguments ({ registration: { policy } }: CallContext, entry: CatalogOperation, args: OperationArguments): void {
  const { operation, name, template } = entry
  const { method } = splitKey(name as OperationKey) // an operation's name is its key
  const faults = [
    ...unknownNames(operation.params, args.path, '/path'),
    ...unknownNames(operation.query, args.query, '/query'),
    ...(operation.body === undefined && args.body !== undefined
      ? [{ pointer: '/body', detail: 'is not taken by this operation' }]
      : unknownNames(operation.body, args.body, '/body')),
    ...nonScalars(args.path, '/path', false),
    ...nonScalars(args.query, '/query', true)
  ]
  if (faults.length > 0) throw new RollerError('ROLLER_ERR_VALIDATION', { errors: faults })
  const target = writeTarget(template, args.path, args.query)
  policy({ method, operation: entry, target })
  sanitizeTarget(target, template) // before a question to a person
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

/** Values that would become other text than meant: `null`, `[object Object]`. */
function nonScalars (given: Readonly<Record<string, unknown>>, root: string, lists: boolean): InputFault[] {
  return Object.entries(given)
    .filter(([, value]) => !(lists && Array.isArray(value) ? value : [value]).every(isScalar))
    .map(([name]) => ({
      pointer: pointerTo(root, name), detail: `must be text, a number or a boolean${lists ? ', or a list of them' : ''}`
    }))
}

function isScalar (value: unknown): boolean { return ['string', 'number', 'boolean'].includes(typeof value) }

function pointerTo (root: string, name: string): string { return root + pointerSegment(cutText(name, 100)) }

/** Names that the operation does not have: of another operation, or made up. ROLLER would ignore most of them without a word. */
function unknownNames (schema: TSchema | undefined, given: unknown, root: string): InputFault[] {
  if (!isObject(given)) return []
  const known = schema === undefined ? [] : namesOf(schema)
  if (known === null) return []
  return Object.keys(given).filter((name) => !known.includes(name)).slice(0, 20).map((name) => ({
    pointer: pointerTo(root, name),
    detail: known.length === 0 ? 'is not taken by this operation' : `is not one of ${known.join(', ')}`
  }))
}

/** Null where any name is taken. */
function namesOf ({ properties }: TSchema): readonly string[] | null {
  return isRecord(properties) ? Object.keys(properties) : null
}
