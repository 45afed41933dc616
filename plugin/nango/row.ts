/** One connection read by its id: at once after it was made, while Nango's list, read from a replica, may not have it yet. */
import { RollerError } from '../errors.ts'
import { isRecord, type NangoClient } from './client.ts'

/**
 * Nango's own object of a connection, with its credentials for a key that may read them: take out what is wanted, and let it go.
 * @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN
 */
export async function readRow (nango: NangoClient, connectionId: string): Promise<Record<string, unknown>> {
  const raw: unknown = await nango.call(
    (sdk) => sdk.getConnection(nango.integrationId, encodeURIComponent(connectionId)).catch(connectionInError)
  )
  if (!isRecord(raw) || raw.connection_id !== connectionId) throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN')
  return raw
}

/** Of a connection whose credentials are refused, Nango sends the object along with the error. */
function connectionInError (thrown: unknown): unknown {
  const data = (thrown as { response?: { data?: unknown } }).response?.data // axios' own shape
  const error = isRecord(data) && isRecord(data.error) ? data.error : {}
  const payload = isRecord(error.payload) ? error.payload : {}
  const row = isRecord(payload.connection) ? payload.connection : payload
  if (error.code === 'invalid_credentials' && typeof row.connection_id === 'string') return row
  throw thrown
}
