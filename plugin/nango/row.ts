/** Reads connections as Nango returns them, by their id or from its list. */
import { RollerError } from '../errors.ts'
import type { NangoClient } from './client.ts'
import { isRecord } from '../util/is-record.ts'

/**
 * One connection, also a new one: Nango reads its list from a replica of its database, where it may be missing. It is with credentials if
 * the key may read them: callers must pick what they need and drop the rest.
 * @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN
 */
export async function readRow (nango: NangoClient, connectionId: string): Promise<Record<string, unknown>> {
  const raw: unknown = await nango.call(
    (sdk) => sdk.getConnection(nango.integrationId, encodeURIComponent(connectionId)).catch(connectionInError)
  )
  if (!isRecord(raw) || raw.connection_id !== connectionId) throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN')
  return raw
}

/**
 * One page of the list. The SDK's own method cannot combine search and tag filters.
 * @param query all parameters except the integration
 */
export async function listRows (nango: NangoClient, query: URLSearchParams): Promise<unknown[]> {
  const all = new URLSearchParams([['integrationId', nango.integrationId], ...query])
  const { data } = await nango.call((sdk) => sdk.http.get<unknown>(`${nango.host}/connections?${all.toString()}`, {
    headers: { Authorization: `Bearer ${sdk.apiKey}`, 'Content-Type': 'application/json' }
  }))
  return isRecord(data) && Array.isArray(data.connections) ? data.connections : []
}

/** Nango returns the connection with the error if its credentials are rejected. */
function connectionInError (thrown: unknown): unknown {
  const data = (thrown as { response?: { data?: unknown } }).response?.data // the error shape of axios
  const error = isRecord(data) && isRecord(data.error) ? data.error : {}
  const payload = isRecord(error.payload) ? error.payload : {}
  const row = isRecord(payload.connection) ? payload.connection : payload
  if (error.code === 'invalid_credentials' && typeof row.connection_id === 'string') return row
  throw thrown
}
