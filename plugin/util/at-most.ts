/** Bounds an LRU cache. Not by `max`, which allocates all entries at once: 14 ms and some MB at start for 100,000. */
export function atMost (entries: number): { readonly maxSize: number, readonly sizeCalculation: () => number } {
  return { maxSize: entries, sizeCalculation: () => 1 }
}
