/**
 * A bulk export from the order to its files. ROLLER accepts the order at once, and sends the URLs of the files by webhook, month by month,
 * hours later.
 */
import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { MAX_TIMEOUT, sleep, type Clock } from '../util/clock.ts'
import { RollerError } from '../errors.ts'
import { ExportReservation } from '../gateway/export-reservation.ts'
import type { ExportInbox, ExportKey } from './export-inbox.ts'
import { estimateBulkExport, type EstimateInput } from './bulk-export-estimate.ts'
import { fileStream, type FileSource } from './bulk-export-file.ts'
import { exportFileName } from './bulk-export-name.ts'
import { ExportParts } from './bulk-export-parts.ts'
import { untilLeased, type WaitOptions } from './lease-wait.ts'
import type { RollerClient } from './client.ts'
import type { BulkExportType } from '../operations/reports.ts'

export interface BulkExportInput extends EstimateInput, WaitOptions {
  /** The venue's connection. */
  readonly connectionId: string
  readonly exportType: BulkExportType
  /** True: times in the venue's zone with its offset, instead of UTC. Default: false. */
  readonly offset?: boolean
  /** Upper bound of the estimated uses of the monthly allowance. If the estimate exceeds it, nothing is sent. */
  readonly maxUnits?: number
  /** Sends no order, but collects the files of the last one, received and future: after a restart or a deadline. Default: false. */
  readonly resume?: boolean
  /** With `resume: true`: an export other than the last one, by the `processId` of its files. */
  readonly processId?: string
  /** Milliseconds to wait for all files. Default: 6 hours. */
  readonly deadline?: number
  /** Called and awaited when ROLLER has accepted the order. Not called with `resume: true`. */
  readonly onOrder?: () => void | Promise<void>
  /** Called and awaited when ROLLER certainly has no order: it rejected it, or it was not sent. Not called with `resume: true`. */
  readonly onNotOrdered?: () => void | Promise<void>
  readonly signal?: AbortSignal
}

export interface BulkExportFile {
  readonly exportType: BulkExportType
  /** ROLLER's id of the export. */
  readonly processId: string
  /** The number of the month, from 1. Months arrive in any order. */
  readonly sequenceNumber: number
  readonly sequenceTotal: number
  /** Which of the month's files, from 1. */
  readonly fileNumber: number
  /** A base name that is safe on every system, unique in its export and the same after a resume: `02-1-BookingItems.json`. */
  readonly name: string
  /** JSON, fetched when it is read. ROLLER's URL expires after 5 days. */
  readonly stream: Readable
}

export interface BulkExportParts extends FileSource {
  readonly client: RollerClient
  readonly inbox: ExportInbox
  /** True if ROLLER sends the webhook with the files' URLs to this gateway. */
  readonly isSubscribed: (connectionId: string) => Promise<boolean>
}

const DEADLINE_MS = 6 * 3_600_000
/** Interval for reading messages that other replicas received. Milliseconds. */
const POLL_MS = 5_000
/** Largest number of missing parts that an error lists. */
const MAX_SHOWN = 50

/**
 * Orders an export and yields its files as they arrive: `for await (const { name, stream } of bulkExport({ connectionId, exportType, …
 * }))`. A month without records has no files.
 * @throws RollerError ROLLER_ERR_TIMEOUT if files are missing at the deadline; continue with `resume: true`
 */
export async function * bulkExport (parts: BulkExportParts, input: BulkExportInput): AsyncGenerator<BulkExportFile, void, undefined> {
  const { connectionId, exportType, signal, deadline = DEADLINE_MS, resume = false, processId } = input
  const { clock, inbox } = parts
  signal?.throwIfAborted()
  if (!resume) await startExport(parts, input)
  const endsAt = clock.now() + deadline

  const key: ExportKey = { connectionId, exportType }
  const found = new ExportParts(processId ?? null)
  const signalled = new InboxSignal()
  const unsubscribe = inbox.subscribe(key, () => signalled.notify())
  try {
    for (;;) {
      signal?.throwIfAborted()
      const seen = signalled.count
      const entries = await readAll(inbox, key)
      for (const { sequenceNumber, sequenceTotal, urls, processId } of found.add(entries)) {
        for (const [index, url] of urls.entries()) {
          const what = `File ${index + 1} of part ${sequenceNumber} of the ${exportType} export`
          const stream = fileStream(parts, url, what, signal)
          const position = { sequenceNumber, sequenceTotal, fileNumber: index + 1 }
          yield { exportType, processId, ...position, name: exportFileName(url, position), stream }
        }
      }
      if (found.missing?.length === 0) return
      if (clock.now() >= endsAt) throw timedOut(found, exportType, deadline)
      if (signalled.count === seen) await signalled.wait(clock, Math.min(endsAt - clock.now(), inbox.shared ? POLL_MS : Infinity), signal)
    }
  } finally {
    unsubscribe()
  }
}

async function startExport (parts: BulkExportParts, input: BulkExportInput): Promise<void> {
  let mayBeOrdered = false
  try {
    await checkOrder(parts, input)
    await untilLeased(parts.clock, input, input.signal, async () => {
      const reservation = new ExportReservation()
      try { await order(parts, input, reservation) } finally { mayBeOrdered = reservation.accepted }
    })
  } catch (error) {
    if (!mayBeOrdered) await input.onNotOrdered?.()
    throw error
  }
  await input.onOrder?.()
}

async function checkOrder (parts: BulkExportParts, input: BulkExportInput): Promise<void> {
  const { connectionId, maxUnits = Infinity } = input
  const { units } = estimateBulkExport(input)
  if (!(units <= maxUnits)) { // also for NaN, such as Number() of a variable that is not set
    throw new RollerError('ROLLER_ERR_VALIDATION', {
      detail: `The export would cost about ${units} units of the venue's monthly allowance, more than maxUnits allows.`,
      errors: [{ pointer: '/maxUnits', detail: `is ${maxUnits}, and the estimate is ${units}` }]
    })
  }
  if (!await parts.isSubscribed(connectionId)) {
    throw new RollerError('ROLLER_ERR_NOT_SUBSCRIBED', {
      detail: 'The connection has no enabled webhook for bulk exports, so the links to the files would not arrive.'
    })
  }
}

async function order ({ client, inbox }: BulkExportParts, input: BulkExportInput, reservation: ExportReservation): Promise<void> {
  const { connectionId, exportType, startDate, endDate, offset = false, signal } = input
  const order = randomUUID()
  const key = { connectionId, exportType }
  try {
    // Recorded before it is sent: its messages may arrive before the response. After a crash it stays recorded: it may have been sent.
    await inbox.put(key, { kind: 'ordered', order })
    signal?.throwIfAborted()
    await client.send('POST /reporting/bulk', {
      connectionId,
      body: { exportType, startDate, endDate },
      ...(offset && { headers: { 'TimeZone-Designators': 'Offset' } }),
      ...(signal !== undefined && { signal }),
      maxWait: 0, // while the order waited, messages of the previous export could arrive after its record above
      reservation
    })
  } catch (error) {
    if (!reservation.accepted) {
      // Where the inbox does not take it, the order stays recorded as after a crash.
      try { await inbox.put(key, { kind: 'withdrawn', order }) } catch {}
    }
    throw error
  }
}

/** A failed read counts as empty: the loop reads again. */
async function readAll (inbox: ExportInbox, key: ExportKey): Promise<Awaited<ReturnType<ExportInbox['read']>>> {
  try { return await inbox.read(key) } catch { return [] }
}

function timedOut (found: ExportParts, exportType: string, deadline: number): RollerError {
  const { missing, total, processId } = found
  const shown = (missing ?? []).slice(0, MAX_SHOWN)
  const list = shown.join(', ') + (missing !== null && missing.length > shown.length ? ', …' : '')
  const state = missing === null
    ? 'ROLLER has reported none of its files'
    : `of ${total} parts these are missing: ${list} (process ${processId})`
  return new RollerError('ROLLER_ERR_TIMEOUT', {
    layer: 'roller',
    detail: `The ${exportType} export was not complete after ${Math.round(deadline / 1000)} s: ${state}.`,
    hint: 'Resume with bulkExport({ …, resume: true }), which orders no export and costs nothing.'
  })
}

/** Wakes the waiting loop; `count` shows messages that arrived while it was not waiting. */
class InboxSignal {
  count = 0
  #wake: (() => void) | null = null

  notify (): void {
    this.count++
    this.#wake?.()
  }

  async wait (clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
    const woken = new AbortController()
    const wake = this.#wake = (): void => woken.abort()
    // A wait of hours has thousands of sleeps: signals combined with AbortSignal.any would remain with the caller's.
    signal?.addEventListener('abort', wake)
    // The loop checks the caller's signal itself.
    if (signal?.aborted !== true) await sleep(clock, Math.min(ms, MAX_TIMEOUT), woken.signal).catch(() => {})
    signal?.removeEventListener('abort', wake)
    this.#wake = null
  }
}
