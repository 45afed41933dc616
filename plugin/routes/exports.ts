/** `GET /exports/{report}`: a report over any range of days as one stream, for programs in any language. */
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Negotiator from 'negotiator'
import { leasedPages } from '../client/lease-wait.ts'
import type { RollerClient } from '../client/client.ts'
import type { PageSource } from '../client/paginate.ts'
import { invalidInput, RollerError } from '../errors.ts'
import { MEDIA_TYPES, type ExportFormat } from '../exports/formats.ts'
import { reportChunks } from '../exports/report-stream.ts'
import { reports } from '../operations/reports.ts'
import { StringEnum } from '../operations/schema.ts'
import type { Clock } from '../util/clock.ts'
import type { Access } from './access.ts'
import { beginRecord } from './call-record.ts'
import { disconnectSignal } from './disconnect.ts'
import { readMaxWait } from './rate-limit.ts'
import { everyResponse, exportHeaders } from './roller-headers.ts'
import { problemResponses } from './roller-schema.ts'
import { configOf } from './route-config.ts'

export interface ExportRoutesOptions {
  readonly client: RollerClient
  readonly access: Access
  readonly clock: Clock
}

const day = (description: string, example: string) => Type.Optional(Type.String({ description, examples: [example] }))

const Query = Type.Object({
  startDate: day('First day, in the venue\'s calendar. Reports without days take none.', '2026-11-01'),
  endDate: day('The first day that is left out: July is 2026-07-01 to 2026-08-01. Without it: the one day startDate.', '2026-12-01'),
  cursor: Type.Optional(Type.String({
    maxLength: 1000, description: 'Continues after the page of this cursor. Days may be omitted; repeat the other parameters.'
  })),
  cursors: Type.Optional(StringEnum(['true', 'false'], {
    description: 'true: after each page a line {"cursor":"…"}. No record of a report is one. NDJSON only.'
  }))
}, { additionalProperties: false })

const Params = Type.Object({
  report: StringEnum([...reports.keys()], { examples: ['bookingitems'], description: 'The report by the last part of ROLLER\'s path.' })
})

const description = `Record by record, over any range: the gateway handles days, pages and rate limits, and waits for
\`Roller-Max-Wait\` (default: as long as needed) for each page. Every page counts against the monthly allowance; pages have 500 records
where ROLLER's report has a page size. An interrupted stream is cut, never ended cleanly: repeat the request, or continue from the last
cursor. CSV has the columns of the catalog, and fields that the catalog lacks as JSON in the last column, \`_other\`.`.replaceAll('\n', ' ')

/** A new object for each registration: an onRoute hook of the host may change it. */
const exportSchema = () => ({
  summary: 'Stream a report',
  description,
  operationId: 'streamReport',
  tags: ['Exports'],
  headers: exportHeaders,
  params: Params,
  querystring: Query,
  response: {
    200: {
      description: 'The records, one a line.',
      headers: everyResponse,
      content: {
        'application/x-ndjson': { schema: Type.String() },
        'text/csv': { schema: Type.String() }
      }
    } as never, // what the document takes; Fastify's type knows schemas only
    ...problemResponses
  }
})

export const exportRoutes: FastifyPluginAsyncTypebox<ExportRoutesOptions> = async (app, { client, access, clock }) => {
  app.get('/exports/:report', { config: configOf(app), exposeHeadRoute: false, schema: exportSchema() }, async (request, reply) => {
    const { params, query: { cursors, ...range }, raw: { headers } } = request
    if (request.raw.httpVersion === '1.0') throw cannotNoticeEnd()
    const report = reports.get(params.report)
    if (report === undefined) throw invalidInput([{ pointer: '/params/report', detail: 'is not a report' }]) // the schema has the same list
    const format = chooseFormat(request.raw)
    if (format === 'csv' && cursors === 'true') throw invalidInput([{ pointer: '/query/cursors', detail: 'is for application/x-ndjson' }])
    const name = report.operation
    const connectionId = await access.address(request)
    const timing = request.rollerCall = beginRecord(name, connectionId)
    await access.admitCall(request, name, 'roller:read', connectionId)

    const signal = disconnectSignal(request, reply)
    const maxWait = readMaxWait(headers['roller-max-wait'], Infinity)
    const admit = (): Promise<void> => access.again(request, name, 'roller:read', connectionId)
    const zone = headers['timezone-designators']
    const page = leasedPages(client, clock, { connectionId, admit, timing, maxWait, headers: { 'TimeZone-Designators': zone } })
    let pages = 0
    const source: PageSource = async (report, query, signal) => {
      // A stream may outlast its caller's rights.
      if (pages++ > 0) await admit()
      return await page(report, query, signal)
    }
    const chunks = reportChunks(source, report, {
      ...range, format, cursors: cursors === 'true', signal, scope: zone === undefined ? connectionId : `${connectionId} ${String(zone)}`
    })
    try {
      // An error before the first page is a response with a status.
      const first = await chunks.next()
      reply.type(MEDIA_TYPES[format])
      return reply.send(Readable.from(first.done === true ? [] : startingWith(first.value, chunks), { objectMode: false }))
    } catch (error) {
      if (signal.aborted) throw signal.reason // the error is a consequence of the disconnect
      throw error
    }
  })
}

/** Over HTTP/1.0 a body without a length ends with its connection, so a client takes an export that broke off for a whole one. */
function cannotNoticeEnd (): RollerError {
  return new RollerError('ROLLER_ERR_HTTP', {
    status: 505,
    detail: 'Over HTTP/1.0 an export that breaks off looks complete.',
    hint: 'Send HTTP/1.1. Behind nginx, set proxy_http_version 1.1.'
  })
}

async function * startingWith (first: string, rest: AsyncGenerator<string, void, undefined>): AsyncGenerator<string, void, undefined> {
  try {
    yield first
    yield * rest
  } finally {
    await rest.return()
  }
}

/** @throws RollerError ROLLER_ERR_VALIDATION for a caller that takes neither */
function chooseFormat ({ headers }: IncomingMessage): ExportFormat {
  const [chosen] = new Negotiator({ headers }).mediaTypes(Object.values(MEDIA_TYPES))
  for (const format of ['ndjson', 'csv'] as const) if (MEDIA_TYPES[format] === chosen) return format
  throw invalidInput([{ pointer: '/headers/Accept', detail: 'must take application/x-ndjson or text/csv' }])
}
