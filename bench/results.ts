/** What one run has found; sections that were left out are null. */
import type { BodyFigures } from './bodies.ts'
import type { Figures, Row } from './rounds.ts'
import type { StartFigures } from './startup.ts'

export interface Results {
  readonly rows: readonly Row[]
  /** Through a Nango that takes its time. */
  readonly hop: readonly Row[]
  readonly bodies: readonly BodyFigures[]
  readonly starts: readonly StartFigures[]
}

export interface Which {
  readonly name: string
  readonly workload: string
  readonly logs: boolean
}

/** The row of somebody with everything on. */
export function find (rows: readonly Row[], { name, workload, logs }: Which): Figures | null {
  return rows.find(({ contestant, workload: own }) =>
    contestant.name === name && contestant.without === null && contestant.logs === logs && own.name === workload)?.median ?? null
}
