/** Deterministic randomness: the same seed and the same calls give the same venue, on every machine. */
export interface Random {
  next: () => number
  int: (from: number, to: number) => number
  pick: <T>(list: readonly T[]) => T
  uuid: () => string
}

/** FNV-1a over the UTF-16 code units, 32 bits. */
export function hash (text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  return value >>> 0
}

/** A Weyl sequence with a murmur3 finalizer: small, fast, and sufficient for sample data. */
export function createRandom (seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 0x1_0000_0000
  }
  const int = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1))
  return {
    next,
    int,
    pick<T> (list: readonly T[]): T {
      const found = list[int(0, list.length - 1)]
      if (found === undefined) throw new Error('Nothing to pick from')
      return found
    },
    uuid () {
      const word = (): string => Math.floor(next() * 0x1_0000_0000).toString(16).padStart(8, '0')
      const hex = [word(), word(), word(), word()].join('')
      const variant = (int(0, 3) + 8).toString(16)
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`
    }
  }
}
