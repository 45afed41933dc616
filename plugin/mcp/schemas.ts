/** What the tools take and return. A TypeBox schema is a JSON Schema as it is. */
import { Type, type Static, type TSchema } from '@sinclair/typebox'
import { fromJsonSchema, type JsonSchemaType, type StandardSchemaWithJSON } from '@modelcontextprotocol/server'
import { RollerError } from '../errors.ts'
import { validateValue, type CatalogOperation } from '../operations/validate.ts'
import { openShape, plainSchema } from './schema-text.ts'

const venue = Type.Optional(Type.String({ maxLength: 255, description: 'Id or name from list_venues; may be left out if there is one.' }))
const fields = Type.Optional(Type.Array(Type.String({ maxLength: 100 }), {
  maxItems: 50, description: 'Fields to return, such as items.productId. Default: all.'
}))
const anyObject = (description: string) => Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description }))
const operation = Type.String({ maxLength: 100, description: 'As search_operations returns it: GET /bookings/{uniqueId}' })
const closed = { additionalProperties: false }

const path = anyObject('Path parameters')
const query = anyObject('Query parameters')
const body = Type.Optional(Type.Unknown({ description: 'JSON body' }))

export const inputs = {
  venues: Type.Object({
    name: Type.Optional(Type.String({ maxLength: 255, description: 'Part of the name' })),
    page: Type.Optional(Type.Integer({ minimum: 1 }))
  }, closed),
  search: Type.Object({
    words: Type.String({ maxLength: 200, description: 'What to do: cancel booking' }),
    tag: Type.Optional(Type.String({ maxLength: 50 }))
  }, closed),
  describe: Type.Object({
    operation, output: Type.Optional(Type.Boolean({ description: 'Include the schema of the result.' }))
  }, closed),
  read: Type.Object({ operation, venue, path, query, fields }, closed),
  write: Type.Object({ operation, venue, path, query, body, fields }, closed),
  pinned: Type.Object({ venue, path, query, body, fields }, closed)
}

/** What is missing, and how to request it. */
const truncated = Type.Optional(Type.String())

/** Half the length of a union. */
const textOrNull = () => Type.Unsafe<string | null>({ type: ['string', 'null'] })

/** A venue as the tools name it. */
const ListedVenue = Type.Object({
  id: textOrNull(), // null until ROLLER has confirmed which venue the credentials belong to
  name: textOrNull(),
  timeZone: textOrNull(),
  localTime: textOrNull(), // now, in the venue's zone: 2026-11-28T09:30:00
  currency: textOrNull(),
  status: Type.String(),
  warnings: Type.Array(Type.String())
})
export type ListedVenue = Static<typeof ListedVenue>

const result = { operation: Type.String(), venue: Type.String(), truncated }

/** Every property would cost tokens in each conversation: these are those that an agent needs to go on. Further ones are allowed. */
export const outputs = {
  venues: Type.Object({ venues: Type.Array(ListedVenue), found: Type.Integer(), truncated }),
  search: Type.Object({ operations: Type.Array(Type.String()), found: Type.Integer(), truncated }),
  describe: Type.Object({ operation: Type.String(), tool: Type.String(), input: Type.Object({}), example: Type.Object({}) }),
  call: Type.Object({ ...result, data: Type.Unknown({ description: 'ROLLER\'s response; null if empty' }) })
}

/** This package checks arguments itself, with the errors of HTTP, and its results are typed. */
const UNCHECKED = { getValidator: () => (input: unknown) => ({ valid: true as const, data: input as never, errorMessage: undefined }) }

/** As clients see it. */
export function listed<T extends TSchema> (schema: T): StandardSchemaWithJSON<Static<T>> {
  return fromJsonSchema(schema as JsonSchemaType, UNCHECKED) // a TypeBox schema is a JSON Schema
}

/** @throws RollerError ROLLER_ERR_VALIDATION that names every fault */
export function checkInput<T extends TSchema> (schema: T, args: unknown): Static<T> {
  const faults = validateValue(schema, args, '')
  if (faults.length > 0) throw new RollerError('ROLLER_ERR_VALIDATION', { errors: faults })
  return args as Static<T> // validated
}

export type VenueListResult = Static<typeof outputs.venues>
export type SearchResult = Static<typeof outputs.search>
export type CallResult = Static<typeof outputs.call>
export type CallArguments = Static<typeof inputs.pinned>

/** The schema of an operation's result; undefined if it has none. */
export function resultSchema ({ responses }: CatalogOperation['operation']): TSchema | undefined {
  return Object.entries(responses).find(([status, { schema }]) => Number(status) < 300 && schema !== undefined)?.[1].schema
}

/** The schemas of an operation that is a tool of its own. */
export function schemasOf ({ operation }: CatalogOperation) {
  const { params, query, body } = operation
  const { properties } = inputs.pinned
  const input = {
    type: 'object',
    properties: {
      venue: properties.venue,
      ...(params !== undefined && { path: params }),
      ...(query !== undefined && { query }),
      ...(body !== undefined && { body }),
      fields: properties.fields
    },
    required: [...(params !== undefined ? ['path'] : []), ...(body !== undefined ? ['body'] : [])],
    additionalProperties: false
  }
  const success = resultSchema(operation)
  const output = success === undefined ? outputs.call : Type.Object({ ...result, data: Type.Unsafe(openShape(success)) })
  return {
    inputSchema: listed(Type.Unsafe<CallArguments>(plainSchema(input as unknown as TSchema))),
    outputSchema: listed(output)
  }
}
