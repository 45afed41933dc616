import type { ExportKey } from './export-inbox.ts'

/** Subscribers of this process, by inbox key. */
export class InboxSubscribers {
  readonly #subscribers = new Map<string, Set<() => void>>()

  subscribe (key: ExportKey, onPut: () => void): () => void {
    const name = nameOf(key)
    const subscribers = this.#subscribers.get(name) ?? new Set()
    this.#subscribers.set(name, subscribers.add(onPut))
    return () => {
      subscribers.delete(onPut)
      if (subscribers.size === 0 && this.#subscribers.get(name) === subscribers) this.#subscribers.delete(name)
    }
  }

  notify (key: ExportKey): void {
    for (const onPut of this.#subscribers.get(nameOf(key)) ?? []) onPut()
  }
}

export function nameOf ({ connectionId, exportType }: ExportKey): string { return `${connectionId}\0${exportType}` }
