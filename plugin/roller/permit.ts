/** What the operator lets through, asked by calls over HTTP and in process alike. */
import { RollerError } from '../errors.ts'

/** @throws RollerError ROLLER_ERR_OPERATION_FORBIDDEN on a read-only gateway */
export function permit (method: string, readOnly: boolean): void {
  if (readOnly && method !== 'GET') {
    throw new RollerError('ROLLER_ERR_OPERATION_FORBIDDEN', { detail: 'This gateway is read-only.', hint: 'Only GET calls are let through here.' })
  }
}
