/** `GET /exports`: how fresh the files of the export command are. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { RollerError } from '../errors.ts'
import { ExportList, type ReadExports } from '../exports/export-list.ts'
import type { ListFilter } from '../nango/connections.ts'
import type { ConnectionPage, ManagedConnections } from '../venues/managed-connections.ts'
import type { Access } from './access.ts'
import type { Limits } from './host-answers.ts'
import { listOwn } from './own-connections.ts'
import { problemResponses } from './roller-schema.ts'
import { configOf } from './route-config.ts'

export interface ExportListRoutesOptions {
  readonly access: Access
  readonly connections: ManagedConnections
  /** Null: the gateway knows no folder of exports. */
  readonly readExports: ReadExports | null
}

const PAGE = 1000

export const exportListRoutes: FastifyPluginAsyncTypebox<ExportListRoutesOptions> = async (app, { access, connections, readExports }) => {
  app.get('/exports', {
    config: configOf(app),
    exposeHeadRoute: false,
    schema: {
      summary: 'See how fresh exports are',
      description: 'What `roller-sidecar export` has written into the folder of `EXPORT_DIR`: for each venue and report when it was last ' +
        'fetched, and up to which day. 404 where that is not set, or nothing was exported.',
      operationId: 'listExports',
      tags: ['Exports'],
      response: { 200: ExportList, ...problemResponses }
    }
  }, async (request) => {
    await access.authorize(request, 'GET /exports', 'roller:read', null)
    const limits = await access.identify(request)
    if (readExports === null) throw missing('This gateway knows no folder of exports.', 'Set EXPORT_DIR to the folder of --out.')
    const list = await readExports()
    if (list === null) {
      throw missing('The folder in EXPORT_DIR has no export.', 'Run roller-sidecar export with --out, or set EXPORT_DIR to its folder.')
    }
    if (limits === null) return list
    const own = await ownVenues(connections, limits)
    return {
      exports: list.exports.filter(({ venueId }) => own.has(venueId)),
      unreadable: list.unreadable.filter(({ venueId }) => own.has(venueId))
    }
  })
}

/** Verified alone: a connection's stored venue may be that of earlier credentials. */
async function ownVenues (connections: ManagedConnections, { tags, connections: ids }: Limits): Promise<ReadonlySet<string>> {
  const own = new Set<string>()
  for (let page: number | null = 0; page !== null;) {
    const filter: ListFilter = { tags, limit: PAGE, page }
    const found: ConnectionPage = ids === undefined ? await connections.list(filter) : await listOwn(connections, ids, filter)
    for (const { venue, warnings } of found.connections) if (venue !== null && !warnings.includes('venue-unverified')) own.add(venue.id)
    page = found.nextPage
  }
  return own
}

function missing (detail: string, hint: string): RollerError { return new RollerError('ROLLER_ERR_NOT_FOUND', { detail, hint }) }
