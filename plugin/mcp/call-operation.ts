/** Calls one operation for a model: the same checks, rights and rate limits as over HTTP, and a person before money. */
import type { InputRequiredResult, ServerContext } from '@modelcontextprotocol/server'
import { isRollerError, RollerError } from '../errors.ts'
import type { OperationKey } from '../operations/operation.ts'
import { splitKey } from '../operations/paths.ts'
import type { CatalogOperation } from '../operations/validate.ts'
import { scopeOf } from '../routes/access.ts'
import { beginRecord } from '../routes/call-record.ts'
import { checkArguments, readArguments, type OperationArguments } from './arguments.ts'
import type { CallContext } from './call-context.ts'
import type { Confirmations } from './confirmation.ts'
import { describeConsequence } from './consequence.ts'
import { fitData, pickFields } from './fit.ts'
import { isDelicate, unknownOperation } from './open-operations.ts'
import type { CallArguments, CallResult } from './schemas.ts'
import { resolveVenue } from './venues.ts'

/** How an operation is confirmed. */
export interface Asking {
  readonly confirmations: Confirmations
  readonly server: ServerContext
  /** False for clients of the revisions of 2025: they need a session for questions. */
  readonly canAsk: boolean
}

/** @throws RollerError for every failure */
export async function callOperation (
  context: CallContext, entry: CatalogOperation, given: CallArguments, asking: Asking
): Promise<CallResult | InputRequiredResult> {
  const { request, confirm, maxResultSize, registration: { access } } = context
  const args = readArguments(given)
  const { connectionId, name: venue } = await resolveVenue(context, given.venue)
  request.rollerCall = beginRecord(entry.name, connectionId)
  await access.admitCall(request, entry.name, scopeOf(methodOf(entry.name)), connectionId)
  checkArguments(context, entry, args)
  if (confirm === 'always' && isDelicate(entry.name)) {
    const call = { operation: entry.name, connectionId, args: [args.path, args.query, args.body ?? null] }
    const question = await asking.confirmations.require(asking.server, asking.canAsk, call, () => describeConsequence(
      context, entry, args, connectionId, async (operation, wanted) => {
        await access.authorize(request, operation, scopeOf(methodOf(operation)), connectionId)
        return await send(context, operation, wanted, connectionId)
      }
    ))
    if (question !== null) return question
  }
  const data = await send(context, entry.name, args, connectionId)
  const picked = given.fields === undefined || given.fields.length === 0 ? data : pickFields(data, given.fields)
  return { operation: entry.name, venue, ...fitData(picked ?? null, maxResultSize) }
}

export function entryOf ({ registration: { entries } }: CallContext, name: string, writes: boolean): CatalogOperation {
  const entry = entries.get(name)
  if (entry === undefined) throw unknownOperation(name)
  if (name.startsWith('GET ') === !writes) return entry
  throw new RollerError('ROLLER_ERR_VALIDATION', {
    errors: [{ pointer: '/operation', detail: writes ? 'is a GET operation: use read_roller' : 'is not a GET operation: use write_roller' }]
  })
}

async function send (
  { request, signal, registration: { access, client } }: CallContext, operation: string, { path, query, body }: OperationArguments,
  connectionId: string
): Promise<unknown> {
  const scope = scopeOf(methodOf(operation))
  try {
    return await client.send(operation, {
      connectionId,
      params: path,
      query,
      ...(body !== undefined && { body }),
      signal,
      timing: request.rollerCall ?? undefined,
      admit: async () => { await access.again(request, operation, scope, connectionId) }
    })
  } catch (error) {
    if (signal.aborted && !isRollerError(error)) throw new RollerError('ROLLER_ERR_CLOSING', { detail: 'The client cancelled the call.' })
    throw error
  }
}

/** Of an operation's name, `GET /bookings`. */
function methodOf (name: string): string { return splitKey(name as OperationKey).method }
