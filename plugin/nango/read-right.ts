/** Detects whether the key may read connections, without one: Nango checks scopes before it looks up the connection. */
import { randomUUID } from 'node:crypto'
import { isRollerError, RollerError } from '../errors.ts'
import type { NangoClient } from './client.ts'

/** @throws RollerError ROLLER_ERR_NANGO_REJECTED for a key without the scope, or the error of the call to Nango */
export async function probeReadRight (nango: NangoClient): Promise<void> {
  try {
    await nango.call((sdk) => sdk.getConnection(
      nango.integrationId, `fastify-roller-probe-${randomUUID()}`
    ), ({ status, code }) => code === 'forbidden'
      ? new RollerError('ROLLER_ERR_NANGO_REJECTED', {
        detail: 'The Nango key lacks the scope to read connections, so a new connection could not be returned. No connection was created.',
        hint: 'The operator must add the scope environment:connections:read to this key in Nango\'s environment settings.',
        upstream: { status, body: { error: { code } } }
      })
      : undefined)
  } catch (error) {
    if (!isRollerError(error) || error.code !== 'ROLLER_ERR_CONNECTION_UNKNOWN') throw error
  }
}
