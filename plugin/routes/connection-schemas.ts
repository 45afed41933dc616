/** What the routes of connections take and return. */
import { Type } from '@sinclair/typebox'
import { CheckReport } from '../check.ts'
import { Connection, MAX_TAGS, Metadata, TagName, Tags } from '../nango/connection.ts'
import { Nullable } from '../operations/schema.ts'
import { ConnectionParams } from './connection-params.ts'
import { problemResponses } from './roller-schema.ts'

const ListQuery = Type.Object({
  tags: Type.Optional(Type.Unsafe<Record<string, string>>({
    ...Tags,
    maxProperties: MAX_TAGS,
    style: 'deepObject',
    explode: true,
    description: 'Connections with all of these tags, written as tags[organization_id]=acme.',
    examples: undefined
  })),
  venue: Type.Optional(Type.String({ minLength: 1, description: 'ROLLER\'s id of the venue.' })),
  search: Type.Optional(Type.String({
    minLength: 1, maxLength: 255, description: 'Part of a connection id, or of an end user\'s name or email address.'
  })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  page: Type.Optional(Type.Integer({ minimum: 0, default: 0, description: 'From 0.' }))
}, { additionalProperties: false })

const ConnectionPage = Type.Object({
  connections: Type.Array(Connection),
  nextPage: Nullable(Type.Integer(), { description: 'The next page number; null on the last page.' })
})

const NewConnection = Type.Object({
  clientId: Type.String({ minLength: 1, maxLength: 255, description: 'From Venue Manager.' }),
  clientSecret: Type.String({
    minLength: 1, maxLength: 2048, description: 'From Venue Manager. Stored in Nango only.'
  }),
  tags: Type.Optional(Tags),
  metadata: Type.Optional(Metadata)
}, { additionalProperties: false })

const Change = Type.Object({
  tags: Type.Optional(Type.Record(TagName, Nullable(Type.String({ minLength: 1, maxLength: 255 })), {
    additionalProperties: false, description: 'Merged with existing tags; null deletes a tag.'
  })),
  metadata: Type.Optional(Metadata)
}, { additionalProperties: false, minProperties: 1 })

const Confirmation = Type.Object({
  venueId: Type.String({
    minLength: 1, maxLength: 64, description: 'ROLLER\'s id of the venue of the new credentials.', examples: ['20981']
  })
}, { additionalProperties: false })

const TAG = ['Connections']

/** New objects for each registration: an onRoute hook of the host may change them. */
export const connectionSchemas = () => ({
  list: {
    summary: 'List connections',
    operationId: 'listConnections',
    tags: TAG,
    querystring: ListQuery,
    response: { 200: ConnectionPage, ...problemResponses }
  },
  create: {
    summary: 'Connect a venue with its Client ID and Client Secret',
    description: 'For servers that have the credentials. Nango requests a token from ROLLER, so wrong credentials are rejected.',
    operationId: 'createConnection',
    tags: TAG,
    body: NewConnection,
    response: { 201: Connection, ...problemResponses }
  },
  get: {
    summary: 'Read a connection',
    operationId: 'getConnection',
    tags: TAG,
    params: ConnectionParams,
    response: { 200: Connection, ...problemResponses }
  },
  update: {
    summary: 'Change a connection\'s tags and metadata',
    description: 'Merged with existing values: those that are not named stay.',
    operationId: 'updateConnection',
    tags: TAG,
    params: ConnectionParams,
    body: Change,
    response: { 200: Connection, ...problemResponses }
  },
  confirmVenue: {
    summary: 'Confirm the new venue of a connection',
    description: 'After credentials of another venue were entered, calls are rejected until the change is confirmed here.',
    operationId: 'confirmVenue',
    tags: TAG,
    params: ConnectionParams,
    body: Confirmation,
    response: { 200: Connection, ...problemResponses }
  },
  delete: {
    summary: 'Disconnect a venue',
    description: 'Deletes ROLLER\'s webhooks to this gateway first, then the credentials in Nango. ' +
      'Revoke the API key itself in Venue Manager.',
    operationId: 'deleteConnection',
    tags: TAG,
    params: ConnectionParams,
    response: { 204: { type: 'null', description: 'Disconnected.' }, ...problemResponses }
  },
  check: {
    summary: 'Diagnose a connection',
    description: 'Checks every step from Nango to the venue. The first failed step has a hint.',
    operationId: 'checkConnection',
    tags: TAG,
    params: ConnectionParams,
    response: { 200: CheckReport, ...problemResponses }
  }
})
