import { RollerError } from '../errors.ts'

// The characters that Nango accepts in a connection id. `.` and `..` would be dot segments in a URL of Nango's API.
const CONNECTION_ID = /^(?!\.{1,2}$)[A-Za-z0-9,.;:=+~[\]|@${}"'\\/_ -]{1,255}$/

export function isConnectionId (id: string): boolean { return CONNECTION_ID.test(id) }

/** @throws RollerError ROLLER_ERR_CONNECTION_UNKNOWN for an id that Nango cannot store, ROLLER_ERR_CONNECTION_REQUIRED for none */
export function checkConnectionId (id: string): string {
  // JavaScript may pass anything, and the pattern would test the text undefined.
  if (typeof id !== 'string') {
    throw new RollerError('ROLLER_ERR_CONNECTION_REQUIRED', {
      detail: 'The connection id is missing, or is not a string.',
      hint: 'Pass the id of a connection: app.roller.connections.list() lists them.'
    })
  }
  if (!isConnectionId(id)) {
    throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN', {
      detail: 'The connection id has invalid characters or an invalid length.'
    })
  }
  return id
}
