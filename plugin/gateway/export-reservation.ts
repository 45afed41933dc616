/**
 * ROLLER takes one bulk export of a type in six hours, and counts the requests for it like any other. So the lease of that one export
 * outlives the attempts of its call: a further attempt counts as a report alone, and the lease is given back when ROLLER certainly did
 * not take the export.
 */
import { RollerError } from '../errors.ts'
import type { Classification, Limited } from './classification.ts'
import type { Lease } from './limits/lease.ts'
import { mayHaveBeenDone } from './sharing/calls.ts'

export class ExportReservation {
  /** The lease of the export's own limit. */
  lease: Lease | null = null
  /** False when ROLLER certainly did not accept the export. */
  accepted = false

  /** The lease was refunded. */
  drop (lease: Lease): void { if (this.lease === lease) this.lease = null }

  /** @param status of ROLLER's answer, where there is one */
  record (classification: Classification, status: number | null): void { this.accepted = mayHaveAccepted(classification, status) }

  async release (): Promise<void> {
    if (this.lease !== null && !this.accepted) await this.lease.refundExport()
  }
}

/** Whether ROLLER may have accepted the export. A rejected one still counts against the other limits. */
function mayHaveAccepted (classification: Classification, status: number | null): boolean {
  switch (classification.kind) {
    case 'pass': return status === null || mayHaveBeenDone({ status })
    case 'fail': return mayHaveBeenDone(classification)
    case 'repeat': return classification.maySent
    case 'renew': case 'limited': return false
  }
}

/** ROLLER's cooling-off is a minute. A longer Retry-After after a bulk export is about exports of its type alone. */
const LONGEST_COOLING_OFF_SECONDS = 60

export function isExportLimit ({ scope, seconds }: Limited): boolean {
  return scope === 'connection' && seconds > LONGEST_COOLING_OFF_SECONDS
}

/** ROLLER counts exports of a type by themselves: one too many does not start a cooling-off of the credential. */
export function exportedBefore ({ error: { upstream, retryAfter }, exportSeconds = retryAfter }: Limited): RollerError {
  return new RollerError('ROLLER_ERR_RATE_LIMITED', {
    layer: 'roller',
    detail: 'ROLLER accepted an export of this type less than 6 hours ago.',
    hint: 'Wait for Retry-After seconds, or use the files of the earlier export. Other calls of this connection are not affected.',
    upstream,
    retryAfter: exportSeconds
  })
}
