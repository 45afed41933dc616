/** Helpers that derive records from records. */
export type Json = Record<string, unknown>

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Drops undefined properties, so that a record can be spread under `exactOptionalPropertyTypes`. */
export function present<T extends object> (values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T> // nothing else is dropped
}

/** The named properties, except undefined ones. */
export function pick<T extends object, K extends keyof T> (record: T, ...names: K[]): Present<Pick<T, K>> {
  return present(Object.fromEntries(names.map((name) => [name, record[name]])) as Pick<T, K>) // the record's own property names
}

/** The same value under several names. */
export const all = <K extends string, V>(value: V, ...names: K[]): Record<K, V> =>
  Object.fromEntries(names.map((name) => [name, value])) as Record<K, V> // the given names

export const money = (value: number): number => Math.round((value + Number.EPSILON) * 100) / 100

export const sum = (values: readonly number[]): number => money(values.reduce((total, value) => total + value, 0))
