/**
 * Stores the messages of bulk exports: the replica that receives one need not be the one that started the export, and after a
 * restart no export is being gathered yet. Both stores pass one suite.
 */
import type { MaybePromise } from '../util/maybe-promise.ts'

/** The key of an inbox: ROLLER allows one order of a type at a time, for each venue. */
export interface ExportKey {
  readonly connectionId: string
  readonly exportType: string
}

/** An order or a message of ROLLER, in order of storage. */
export type ExportEntry =
  | { readonly kind: 'ordered', readonly order: string }
  /** ROLLER rejected the order, or it was not sent: it does not separate later messages from earlier ones. */
  | { readonly kind: 'withdrawn', readonly order: string }
  | { readonly kind: 'message', readonly part: ExportPart }

/** One month of an export. */
export interface ExportPart {
  readonly processId: string
  readonly sequenceNumber: number
  readonly sequenceTotal: number
  /** Presigned: they grant access to the files, so they are never logged. */
  readonly urls: readonly string[]
}

export interface ExportInbox {
  /** False where only this process writes: readers need not poll. */
  readonly shared: boolean
  /** @throws when the entry may not have been stored */
  put (key: ExportKey, entry: ExportEntry): MaybePromise<void>
  /** All stored entries, oldest first. @throws when it cannot be read */
  read (key: ExportKey): MaybePromise<readonly ExportEntry[]>
  /** Calls `onPut` after every entry that this process stores. @returns unsubscribes */
  subscribe (key: ExportKey, onPut: () => void): () => void
}

/** Milliseconds. ROLLER's URLs expire after 5 days, so older entries are useless. */
export const EXPORT_KEPT_MS = 5 * 86_400_000
/** Far more than the months of any venue's history; the oldest are dropped first. */
export const EXPORT_ENTRIES_MAX = 2_000

/** Maximum number of parts of one export. */
export const PARTS_MAX = EXPORT_ENTRIES_MAX
/** Maximum number of files of one month. */
const FILES_MAX = 500
/** A presigned URL has some 1,500 characters. */
const URL_MAX = 4_096
/** Maximum length of ROLLER's names of an export and of its type. */
const NAME_MAX = 128

/** Parses untrusted input. @returns null if it is not part of an export, or exceeds the bounds */
export function readPart (value: unknown): ExportPart | null {
  const { processId, sequenceNumber, sequenceTotal, urls } = (value ?? {}) as Partial<Record<keyof ExportPart, unknown>> // checked below
  if (!isExportName(processId) || !isCount(sequenceNumber) || !isCount(sequenceTotal)) return null
  if (sequenceTotal < 1 || sequenceTotal > PARTS_MAX || !isAddressList(urls)) return null
  return { processId, sequenceNumber, sequenceTotal, urls }
}

export function isExportName (value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= NAME_MAX
}

function isAddressList (value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= FILES_MAX && value.every((url) => typeof url === 'string' && url.length <= URL_MAX)
}

function isCount (value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
