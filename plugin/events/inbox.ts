/**
 * Where bulk exports' messages wait for whoever gathers them: the replica that gets one need not be the one that ordered, and after a restart
 * nobody is gathering yet. Both stores pass one suite.
 */

/** Which messages: ROLLER allows one order of a type at a time, for each venue. */
export interface InboxKey {
  readonly connectionId: string
  readonly exportType: string
}

/** An order, or a message of ROLLER's, in the sequence in which they were put. */
export type InboxEntry =
  | { readonly kind: 'ordered', readonly order: string }
  /** ROLLER did not take the order: it parts nothing from what came before. */
  | { readonly kind: 'withdrawn', readonly order: string }
  | { readonly kind: 'message', readonly part: ExportPart }

/** One month of an export. */
export interface ExportPart {
  readonly processId: string
  readonly sequenceNumber: number
  readonly sequenceTotal: number
  /** They open the files to whoever has them: nothing logs them. */
  readonly urls: readonly string[]
}

type Awaitable<T> = T | Promise<T>

export interface Inbox {
  /** False where only this process puts and reads, so that nobody has to look again. */
  readonly shared: boolean
  /** @throws when it is not kept for sure */
  put (key: InboxKey, entry: InboxEntry): Awaitable<void>
  /** Everything that is kept, the oldest first. @throws when it cannot be read */
  read (key: InboxKey): Awaitable<readonly InboxEntry[]>
  /** Told of what this process puts. @returns ends it */
  watch (key: InboxKey, onPut: () => void): () => void
}

/** ROLLER's links to files end after 5 days, and what is older is of no use. Milliseconds. */
export const INBOX_MS = 5 * 86_400_000
/** Far more than the months of any venue's history; the oldest go first. */
export const INBOX_MAX = 2_000
