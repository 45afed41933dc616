/** Assigns messages to an export: ROLLER's response to an order does not contain the id of its process. */
import type { ExportPart, ExportEntry } from './export-inbox.ts'

/** The messages of one export. */
export class ExportParts {
  readonly #parts = new Map<number, ExportPart>()
  #processId: string | null

  /** @param processId null: that of the first message after the order */
  constructor (processId: string | null) {
    this.#processId = processId
  }

  get processId (): string | null { return this.#processId }

  /** @returns the new parts, in order of arrival */
  add (entries: readonly ExportEntry[]): ExportPart[] {
    this.#processId ??= latestProcess(entries)
    const fresh: ExportPart[] = []
    for (const entry of entries) {
      if (entry.kind !== 'message' || entry.part.processId !== this.#processId || this.#parts.has(entry.part.sequenceNumber)) continue
      this.#parts.set(entry.part.sequenceNumber, entry.part)
      fresh.push(entry.part)
    }
    return fresh
  }

  get total (): number | null { return this.#parts.values().next().value?.sequenceTotal ?? null }

  /** Numbers of the parts still missing; null while the total is unknown. */
  get missing (): number[] | null {
    const { total } = this
    return total === null ? null : Array.from({ length: total }, (_, index) => index + 1).filter((number) => !this.#parts.has(number))
  }
}

/** The process that first appeared after the last accepted order; without an order, the latest process. */
function latestProcess (entries: readonly ExportEntry[]): string | null {
  const withdrawn = new Set(entries.flatMap((entry) => entry.kind === 'withdrawn' ? [entry.order] : []))
  const order = entries.findLastIndex((entry) => entry.kind === 'ordered' && !withdrawn.has(entry.order))
  const processes = (part: readonly ExportEntry[]): string[] => [
    ...new Set(part.flatMap((entry) => entry.kind === 'message' ? [entry.part.processId] : []))
  ]
  const older = new Set(processes(entries.slice(0, Math.max(0, order))))
  const newer = processes(entries.slice(order + 1)).filter((processId) => !older.has(processId))
  return (order === -1 ? newer.at(-1) : newer[0]) ?? null
}
