import { RollerError } from '../errors.ts'

// What Nango takes as a connection id. `.` and `..` would be dot segments in Nango's own API.
const CONNECTION_ID = /^(?!\.{1,2}$)[A-Za-z0-9,.;:=+~[\]|@${}"'\\/_ -]{1,255}$/

/** @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN: an id that Nango cannot hold is the id of no connection */
export function checkConnectionId (id: string): string {
  if (!CONNECTION_ID.test(id)) {
    throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN', {
      detail: 'The connection id has invalid characters or an invalid length.'
    })
  }
  return id
}
