/** What a call will do, in plain words for the person who confirms it. Costs and bookings are read from ROLLER for it. */
import { cutText } from '../util/cut-text.ts'
import { isRecord } from '../util/is-record.ts'
import { isRollerError } from '../errors.ts'
import type { CatalogOperation } from '../operations/validate.ts'
import type { CallContext } from './call-context.ts'
import type { OperationArguments } from './arguments.ts'

const COSTS = 'POST /bookings/draft/costs'
const BOOKING = 'GET /bookings/{uniqueId}'
const PRICED: ReadonlySet<string> = new Set(['POST /bookings', 'POST /bookings/draft'])
const MAX_LINES = 30
const MAX_TEXT = 120

/** Sends an operation that helps to describe another one, with the same rights as every call of the caller. */
export type ReadForPerson = (operation: string, args: OperationArguments) => Promise<unknown>

export async function describeConsequence (
  context: CallContext, entry: CatalogOperation, args: OperationArguments, connectionId: string, read: ReadForPerson
): Promise<string> {
  const { venue } = await context.registration.connections.get(connectionId)
  const lines = [`${entry.operation.summary} at ${clean(venue?.name ?? venue?.id ?? connectionId)} (${entry.name}).`]
  const { uniqueId } = args.path
  if (entry.template.startsWith('/bookings/{uniqueId}')) lines.push(...await bookingLines(read, String(uniqueId), venue?.currency ?? null))
  else lines.push(...leaves(args.path).map(([name, value]) => `${name}: ${value}`))
  lines.push(...leaves({ ...args.query, ...(isRecord(args.body) ? args.body : {}) }).map(([name, value]) => `${name}: ${value}`))
  if (PRICED.has(entry.name)) lines.push(await totalLine(read, args.body, venue?.currency ?? null))
  return lines.length <= MAX_LINES
    ? lines.join('\n')
    : [...lines.slice(0, MAX_LINES - 1), `… and ${lines.length - MAX_LINES} more fields`, lines[lines.length - 1]].join('\n')
}

async function bookingLines (read: ReadForPerson, uniqueId: string, currency: string | null): Promise<string[]> {
  const booking = await attempt(() => read(BOOKING, { path: { uniqueId }, query: {}, body: undefined }))
  if (!isRecord(booking)) return [`Booking: ${clean(uniqueId)} (ROLLER did not return it)`]
  const { bookingReference, name, total, remainder } = booking
  return [
    `Booking: ${clean(bookingReference ?? uniqueId)}, ${clean(name ?? 'no name')}`,
    `Total: ${money(total, currency)}, still to be paid: ${money(remainder, currency)}`
  ]
}

async function totalLine (read: ReadForPerson, body: unknown, currency: string | null): Promise<string> {
  const { payments: _, ...priced } = isRecord(body) ? body : {} // a list here, and one object there
  const costs = await attempt(() => read(COSTS, { path: {}, query: {}, body: priced }))
  const summary = isRecord(costs) && isRecord(costs.bookingCosts) ? costs.bookingCosts : {}
  return typeof summary.total === 'number'
    ? `Total: ${money(summary.total, currency)}, taxes and fees included`
    : 'Total: not known, ROLLER did not compute it'
}

/** Null on an error: the description is useful without it, and the call itself reports the error again. */
async function attempt (work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    if (isRollerError(error)) return null
    throw error
  }
}

function money (amount: unknown, currency: string | null): string {
  return typeof amount === 'number' ? `${amount.toFixed(2)}${currency === null ? '' : ` ${currency}`}` : 'not known'
}

/** Every field with its path, `items.1.quantity`, in the caller's order. */
function leaves (value: unknown, path = ''): [string, string][] {
  if (!isRecord(value)) return [[path, clean(value)]]
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? clean(key) : `${path}.${clean(key)}`))
}

/** One line, without characters that could make it look like another. */
function clean (value: unknown): string {
  const text = String(value).replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
  return text.length > MAX_TEXT ? `${cutText(text, MAX_TEXT)}…` : text
}
