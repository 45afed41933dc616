/**
 * Drops idle entries of a map, a few at a time, so that no call pays for all of them and no timer keeps a process alive. Two steps for
 * every entry that a call may add: the map cannot outgrow the entries in use for long.
 */
export function sweeper<V> (map: Map<string, V>, idle: (value: V, now: number) => boolean): (now: number, steps: number) => void {
  let entries = map.entries()
  return (now, steps) => {
    for (let i = 0; i < steps; i++) {
      const next = entries.next()
      if (next.done) {
        // A finished iterator stays finished.
        entries = map.entries()
        return
      }
      if (idle(next.value[1], now)) map.delete(next.value[0])
    }
  }
}

/** A clock that never runs backwards. When the one below does, no time passes; a jump forward counts as elapsed time. */
export function steady (clock: () => number): () => number {
  let shift = 0
  let last = -Infinity
  return () => {
    let now = clock() + shift
    if (now < last) {
      shift += last - now
      now = last
    }
    last = now
    return now
  }
}
