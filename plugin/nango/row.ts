/** Reads one connection by its id: a new connection may be missing in Nango's list, which is read from a replica. */
import { RollerError } from '../errors.ts'
import { isRecord, type NangoClient } from './client.ts'

/**
 * Nango's connection object, with credentials if the key may read them: callers must pick what they need and drop the rest.
 * @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN
 */
export async function readRow (nango: NangoClient, connectionId: string): Promise<Record<string, unknown>> {
  const raw: unknown = await nango.call(
    (sdk) => sdk.getConnection(nango.integrationId, encodeURIComponent(connectionId)).catch(connectionInError)
  )
  if (!isRecord(raw) || raw.connection_id !== connectionId) throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN')
  return raw
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
