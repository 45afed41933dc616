export interface Faults<Fault> {
  /** Applies to the next matching request; several faults are queued. */
  next (fault: Fault): void
  /** Applies to every matching request until cleared with null. */
  always (fault: Fault | null): void
}

/** Without `path` and `method` a fault applies to any request. */
interface Aim { path?: RegExp, method?: string }

export class FaultQueue<Fault extends Aim> implements Faults<Fault> {
  readonly #queue: Fault[] = []
  #standing: Fault | null = null

  next (fault: Fault): void { this.#queue.push(fault) }
  always (fault: Fault | null): void { this.#standing = fault }

  take (method: string, url: string): Fault | undefined {
    const index = this.#queue.findIndex((fault) => matches(fault, method, url))
    if (index !== -1) return this.#queue.splice(index, 1)[0]
    return this.#standing !== null && matches(this.#standing, method, url) ? this.#standing : undefined
  }
}

function matches (fault: Aim, method: string, url: string): boolean {
  if (fault.method !== undefined && fault.method.toUpperCase() !== method) return false
  return fault.path === undefined || url.search(fault.path) !== -1
}
