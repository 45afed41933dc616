/**
 * ROLLER allows one bulk export of a type in six hours, and also counts its request like any other. So the lease of the export outlives the
 * attempts of its call: a further attempt counts as a report only, and the lease is refunded if ROLLER certainly did not accept the export.
 */
import { RollerError } from '../errors.ts'
import type { Classification, Limited } from './classification.ts'
import type { Lease } from './limits/lease.ts'
import { mayHaveBeenDone } from './sharing/calls.ts'

export class ExportReservation {
  /** The lease of the export's own limit. */
  lease: Lease | null = null
  /** False if ROLLER certainly did not accept the export. */
  accepted = false

  /** Nothing was sent, and the lease was refunded. */
  drop (lease: Lease): void {
    if (this.lease === lease) this.lease = null
    this.accepted = false
  }

  /** @param status of ROLLER's response, if there is one */
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

/** ROLLER's cooling-off lasts a minute. A longer Retry-After after a bulk export concerns exports of its type only. */
const LONGEST_COOLING_OFF_SECONDS = 60

export function isExportLimit ({ scope, seconds }: Limited): boolean {
  return scope === 'connection' && seconds > LONGEST_COOLING_OFF_SECONDS
}

/** ROLLER counts exports of a type separately: exceeding that limit does not start a cooling-off of the credential. */
export function exportedBefore ({ error: { upstream, retryAfter }, exportSeconds = retryAfter }: Limited): RollerError {
  return new RollerError('ROLLER_ERR_RATE_LIMITED', {
    layer: 'roller',
    detail: 'ROLLER accepted an export of this type less than 6 hours ago.',
    hint: 'Wait for Retry-After seconds, or use the files of the earlier export. Other calls of this connection are not affected.',
    upstream,
    retryAfter: exportSeconds
  })
}
