/** The list for a caller whose connections are limited by ids. */
import type { ListFilter } from '../nango/connections.ts'
import type { ConnectionPage, ManagedConnections } from '../venues/managed-connections.ts'

/** Nango filters by one id at a time, so each is read separately; ids that do not exist or do not match the filter are left out. */
export async function listOwn (
  connections: ManagedConnections, ids: readonly string[], { limit = 100, page = 0, ...filter }: ListFilter
): Promise<ConnectionPage> {
  const end = (page + 1) * limit
  const found = await Promise.all(ids.slice(page * limit, end).map(async (connectionId) => {
    const response = await connections.list({ ...filter, connectionId, limit: 2 })
    return response.connections.filter((connection) => connection.connectionId === connectionId)
  }))
  return { connections: found.flat(), nextPage: end < ids.length ? page + 1 : null }
}
