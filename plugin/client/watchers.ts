import type { ExportKey } from './export-inbox.ts'

/** Who in this process wants to know when something is put. */
export class Watchers {
  readonly #watchers = new Map<string, Set<() => void>>()

  watch (key: ExportKey, onPut: () => void): () => void {
    const name = nameOf(key)
    const watchers = this.#watchers.get(name) ?? new Set()
    this.#watchers.set(name, watchers.add(onPut))
    return () => {
      watchers.delete(onPut)
      if (watchers.size === 0 && this.#watchers.get(name) === watchers) this.#watchers.delete(name)
    }
  }

  tell (key: ExportKey): void {
    for (const onPut of this.#watchers.get(nameOf(key)) ?? []) onPut()
  }
}

export function nameOf ({ connectionId, exportType }: ExportKey): string { return `${connectionId}\0${exportType}` }
