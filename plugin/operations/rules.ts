/**
 * ROLLER's rules that a schema cannot express: dependencies between fields. Only documented rules are enforced, since a call that ROLLER
 * accepts must pass. Violations of the schema (missing fields, invalid dates) are ignored here, so that nothing is reported twice.
 */
import type { InputFault } from '../errors.ts'
import { dayNumber, isDate, momentOf } from '../time/date.ts'
import { operations } from './operations.ts'

/** The input of the rules: parsed values under the names of ROLLER's contract. Other parameters may be present. */
export interface RuledCall {
  readonly query: Readonly<Record<string, unknown>>
  readonly body: unknown
}

type Rule = (call: RuledCall) => InputFault[]

const NONE: InputFault[] = []
const MIN_KEYWORDS = 3
const MAX_REFERENCES = 100

/** @returns violations of ROLLER's rules although every field fits its schema; empty for an operation without rules */
export function ruleFaults (name: string, call: RuledCall): InputFault[] {
  return rules.get(name)?.(call) ?? NONE
}

/** Whether the operation has rules: most have none, and their bodies need no parsing. */
export function hasRules (name: string): boolean { return rules.has(name) }

const MS_OF_A_DAY = 86_400_000
/** Maximum UTC offset of a venue's time zone. */
const FURTHEST_OFFSET = 14 * 3_600_000

/**
 * ROLLER: endDate is the day after startDate. Equal dates are accepted: the documents do not forbid them. Both may have a time; a local
 * time and a UTC time are rejected only if they contradict each other in every time zone.
 */
const oneDay: Rule = ({ query: { startDate, endDate } }) => {
  const [first, last] = [momentOf(startDate), momentOf(endDate)]
  if (first === null || last === null) return NONE
  const margin = first.clock === last.clock ? 0 : FURTHEST_OFFSET
  const span = last.at - first.at
  if (span < -margin) return [{ pointer: '/query/endDate', detail: 'must not be before startDate' }]
  if (span <= MS_OF_A_DAY + margin) return NONE
  return [{ pointer: '/query/endDate', detail: `is ${written(span)} after startDate: ${ONE_DAY}` }]
}

const ONE_DAY = 'a report covers one day at most. Ask day by day, page through the range, or order POST /reporting/bulk'

function written (span: number): string {
  const days = span / MS_OF_A_DAY
  if (Number.isInteger(days)) return `${days} days`
  return days < 2 ? 'more than a day' : `more than ${Math.floor(days)} days`
}

/** ROLLER: at most 100 booking references in one call. */
const references: Rule = ({ query: { bookingReferences } }) => {
  if (typeof bookingReferences !== 'string') return NONE
  const count = bookingReferences.split(',').filter((reference) => reference.trim() !== '').length
  if (count <= MAX_REFERENCES) return NONE
  return [{ pointer: '/query/bookingReferences', detail: `must have at most ${MAX_REFERENCES} references, not ${count}` }]
}

/** ROLLER: endDate of a bulk export is exclusive and at least a day after startDate. */
const bulkRange: Rule = ({ body }) => {
  const { startDate, endDate } = fields(body)
  const [first, last] = [dayNumber(startDate), dayNumber(endDate)]
  if (first === null || last === null || last > first) return NONE
  return [{ pointer: '/body/endDate', detail: 'must be at least a day after startDate, because endDate itself is excluded' }]
}

/** ROLLER: a search needs a criterion, keywords need three characters or more, and products and resources are searched by day. */
const search: Rule = ({ query }) => {
  // An unknown parameter counts: ROLLER may have added a criterion.
  const given = Object.keys(query).filter((name) => !isEmpty(query[name]))
  if (given.length === 0) {
    return [{
      pointer: '/query', detail: 'must have at least one of keywords, date, startTime, productIds, locationIds'
    }]
  }
  const faults: InputFault[] = []
  const { keywords } = query
  if (typeof keywords === 'string' && keywords !== '' && [...keywords.slice(0, MIN_KEYWORDS * 2)].length < MIN_KEYWORDS) {
    faults.push({ pointer: '/query/keywords', detail: `must have at least ${MIN_KEYWORDS} characters` })
  }
  const has = (wanted: string): boolean => given.some((name) => name.toLowerCase() === wanted.toLowerCase())
  const needing = ['productIds', 'locationIds'].filter(has)
  if (needing.length > 0 && !has('date')) {
    faults.push({ pointer: '/query/date', detail: `is required with ${needing.join(' and ')}` })
  }
  return faults
}

/** ROLLER: the calendar requires a month. */
const month: Rule = ({ query: { date } }) => {
  if (typeof date !== 'string' || /^\d{4}-(0[1-9]|1[0-2])$/.test(date)) return NONE
  return [{ pointer: '/query/date', detail: 'must be a month such as 2026-11' }]
}

/** ROLLER's text requires a date here, its schema does not. */
const optionalDate: Rule = ({ query: { date } }) =>
  isEmpty(date) || isDate(date) ? NONE : [{ pointer: '/query/date', detail: 'must be a date such as 2026-11-30' }]

/** ROLLER: startTime and endTime are required if blockEntireDay is false. Its default is not documented, so a missing one is accepted. */
const blockTimes: Rule = ({ body }) => {
  const block = fields(body)
  if (block['blockEntireDay'] !== false) return NONE
  return ['startTime', 'endTime'].filter((name) => isEmpty(block[name]))
    .map((name) => ({ pointer: `/body/${name}`, detail: 'is required if blockEntireDay is false' }))
}

/** ROLLER's text requires one of the two, its schema both. */
const recipient: Rule = ({ body }) => {
  if (typeof body !== 'object' || body === null) return NONE
  const { email, phone } = fields(body)
  return isEmpty(email) && isEmpty(phone) ? [{ pointer: '/body', detail: 'must have email or phone' }] : NONE
}

const all = (...parts: Rule[]): Rule => (call) => parts.flatMap((part) => part(call))

/** The same rule for every report with a period, including those that ROLLER adds later. */
const periods = Object.fromEntries(Object.entries(operations)
  .filter(([, operation]) => 'query' in operation && 'startDate' in operation.query.properties && 'endDate' in operation.query.properties)
  .map(([name]) => [name, oneDay]))

const rules: ReadonlyMap<string, Rule> = new Map(Object.entries({
  ...periods,
  'GET /reporting/revenue-entries': all(oneDay, references),
  'POST /reporting/bulk': bulkRange,
  'GET /bookings': search,
  'GET /product-availability/calendar': month,
  'GET /capacity-reservation/block': optionalDate,
  'POST /capacity-reservation/block': blockTimes,
  'POST /bookings/{uniqueId}/payments/links': recipient
}))

function fields (body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? body as Record<string, unknown> : {}
}

function isEmpty (value: unknown): boolean {
  return value === undefined || value === null || value === ''
}
