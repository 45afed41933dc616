/**
 * Intended differences between the catalog and ROLLER's documents, where ROLLER's behavior or its texts contradict its schemas. Each is
 * applied to the documents' facts before the comparison, so that everything around it is still compared; one that ROLLER's documents agree
 * with by now is reported as settled.
 */
import type { Operation } from '#plugin/operations/operation.js'
import { operations } from '#plugin/operations/operations.js'
import { Page } from '#plugin/operations/schemas/reporting-common.js'
import type { FactMap } from './drift.ts'

export interface IntendedDifference {
  readonly why: string
  readonly places: readonly string[]
  /** Changes the facts to those of the catalog. Returns false if they are equal already. */
  readonly apply: (facts: FactMap, place: string) => boolean
}

export interface Laid {
  readonly facts: FactMap
  /** Entries that are no longer needed. */
  readonly settled: readonly string[]
}

const catalog: Readonly<Record<string, Operation>> = operations
const reports = Object.entries(catalog).filter(([, { rateLimit }]) => rateLimit === 'reporting')
/** ROLLER's document wraps only this report in a page. */
const DOCUMENTED_AS_PAGE = 'GET /data/staffs'
const pages = reports.filter(
  ([key, { responses }]) => key !== DOCUMENTED_AS_PAGE && 'items' in (responses[200]?.schema?.['properties'] ?? {})
).map(([key]) => key)
const filters = reports.flatMap(([key, { query }]) =>
  ['startDate', 'endDate', 'date'].filter((name) => name in (query?.properties ?? {})).map((name) => `${key} > query > ${name}`))

export const intendedDifferences: readonly IntendedDifference[] = [
  {
    why: 'Reports answer with a page of records; the documents show the record alone.',
    places: pages.map((key) => `${key} > 200 > `),
    apply: inPage
  },
  {
    why: 'A booking has several lines, each line several tickets, and a venue several webhooks; the documents show one of each.',
    places: ['GET /bookings/{uniqueId} > 200 > items', 'GET /bookings/{uniqueId} > 200 > items[].tickets', 'GET /webhooks > 200 > '],
    apply: inList
  },
  {
    why: 'ROLLER\'s collection sends null here, and POST /bookings documents the same fields with null.',
    places: ['purchaseDate', 'capacityReservationId', 'companyId'].map((name) => `POST /bookings/draft > body > ${name}`),
    apply: nullable
  },
  {
    why: 'The text of the field says that it is null for a discount of unlimited usage.',
    places: [
      'POST /discounts > body', 'PUT /discounts/{discountId} > body', 'GET /discounts/{discountId} > 200'
    ].map((place) => `${place} > usageLimitType`),
    apply: nullable
  },
  {
    why: 'The text of the field says what null does.',
    places: ['PUT /bookings/{uniqueId} > body > itemsToUpdate[].tickets[].name'],
    apply: nullable
  },
  {
    why: 'Optional in the same words as fields that are documented with null: purchaseDate, refundTransactionDate, and priceOverride of ' +
      'POST /bookings.',
    places: [
      'POST /bookings > body > payments[].transactionDate', 'POST /bookings/{uniqueId}/payments > body > transactionDate',
      'POST /redemptions > body > tickets[].redemptionDate', 'PUT /bookings/{uniqueId} > body > newItems[].priceOverride',
      'POST /discounts/validate > body > items[].priceOverride'
    ],
    apply: nullable
  },
  { why: 'Taken since August 2026.', places: ['POST /reporting/bulk > body > exportType'], apply: withValues('AuditLog') },
  {
    why: 'The text of the header writes the value in lower case, its schema with a capital.',
    places: ['POST /reporting/bulk > header > TimeZone-Designators'],
    apply: withValues('offset')
  },
  {
    why: 'ROLLER\'s text on webhooks has these events of payment links.',
    places: [
      'POST /webhooks > body > ', 'PUT /webhooks/{webhookId} > body > ', 'POST /webhooks > 201 > configuration.',
      'GET /webhooks > 200 > [].configuration.'
    ].map((place) => `${place}webhooks.paymentLink.events[]`),
    apply: withValues('Updated', 'Cancelled')
  },
  {
    why: 'The texts of the fields and of the 400 require one of the two: with a phone, ROLLER ignores the email and sends an SMS.',
    places: ['email', 'phone'].map((name) => `POST /bookings/{uniqueId}/payments/links > body > ${name}`),
    apply: optional
  },
  {
    why: 'The example has no offset, which clients generated from a date-time require.',
    places: ['POST /giftcards/balance > 200 > expiryDate'],
    apply: withoutFormat
  },
  { why: 'ROLLER\'s text on formats allows a time with the date in the filters of reports.', places: filters, apply: withTime }
]

/** The documents' facts with every intended difference applied. Places that a document lacks are left to the comparison. */
export function layIntended (theirs: FactMap, intended: readonly IntendedDifference[] = intendedDifferences): Laid {
  const facts: FactMap = new Map([...theirs].map(([place, fact]) => [place, { ...fact }]))
  const settled: string[] = []
  for (const { places, apply } of intended) {
    for (const place of places) {
      if (facts.has(place) && !apply(facts, place)) settled.push(place)
    }
  }
  return { facts, settled }
}

function inPage (facts: FactMap, place: string): boolean {
  if (facts.has(`${place}itemsPerpage`)) return false
  move(facts, place, `${place}items[]`)
  facts.set(place, { type: 'object' })
  for (const [name, { type, format }] of Object.entries(Page.properties)) {
    facts.set(place + name, { required: false, type: String(type), ...(format !== undefined && { format: String(format) }) })
  }
  return true
}

function inList (facts: FactMap, place: string): boolean {
  const { type, required, ...rest } = facts.get(place) ?? {}
  if (type === 'array') return false
  move(facts, place, `${place}[]`)
  facts.set(`${place}[]`, { ...(type !== undefined && { type }), ...rest })
  facts.set(place, { ...(required !== undefined && { required }), type: 'array' })
  return true
}

/** A place and everything below it. */
function move (facts: FactMap, from: string, to: string): void {
  const base = from.endsWith(' > ') ? from : `${from}.`
  for (const [place, fact] of [...facts]) {
    if (place !== from && !place.startsWith(base)) continue
    facts.delete(place)
    facts.set(place === from ? to : `${to}.${place.slice(base.length)}`, fact)
  }
}

function optional (facts: FactMap, place: string): boolean {
  const fact = facts.get(place)
  if (fact?.required !== true) return false
  facts.set(place, { ...fact, required: false })
  return true
}

function nullable (facts: FactMap, place: string): boolean {
  const fact = facts.get(place) ?? {}
  if (fact['nullable'] === true) return false
  facts.set(place, { ...fact, nullable: true })
  return true
}

function withValues (...values: readonly string[]): IntendedDifference['apply'] {
  return (facts, place) => {
    const fact = facts.get(place) ?? {}
    const known = String(fact['enum']).split(' ')
    const missing = values.map((value) => JSON.stringify(value)).filter((value) => !known.includes(value))
    if (missing.length === 0) return false
    facts.set(place, { ...fact, enum: [...known, ...missing].sort().join(' ') })
    return true
  }
}

function withTime (facts: FactMap, place: string): boolean {
  const fact = facts.get(place) ?? {}
  if (fact['format'] !== 'date') return false
  facts.set(place, { ...fact, format: 'date-or-date-time' })
  return true
}

function withoutFormat (facts: FactMap, place: string): boolean {
  const { format, ...rest } = facts.get(place) ?? {}
  if (format === undefined) return false
  facts.set(place, rest)
  return true
}
