/** Which messages belong to an export: its order does not name the process that ROLLER makes of it. */
import type { ExportPart, ExportEntry } from './export-inbox.ts'

/** What has come of one export. */
export class ExportParts {
  readonly #parts = new Map<number, ExportPart>()
  #processId: string | null

  /** @param processId null: that of the first message after the order */
  constructor (processId: string | null) {
    this.#processId = processId
  }

  get processId (): string | null { return this.#processId }

  /** @returns the parts that are new, in the sequence in which they came */
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

/** The process that was not heard of before the last order that ROLLER took; without an order, the one that was heard of last. */
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
