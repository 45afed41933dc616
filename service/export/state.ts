/** What an export remembers of a venue from one run to the next: which days it has, and when they were fetched. */
import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Type, type Static } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { syncFolder } from './folder.ts'

const VERSION = 1

const Fetched = Type.Object({
  /** ISO 8601. */
  at: Type.String(),
  records: Type.Integer({ minimum: 0 }),
  calls: Type.Integer({ minimum: 0 })
}, { additionalProperties: false })
export type Fetched = Static<typeof Fetched>

const VenueState = Type.Object({
  version: Type.Literal(VERSION),
  venue: Type.String(),
  name: Type.Union([Type.String(), Type.Null()]),
  /** By report, by the end of the files' names, and by day. A report without days has the one day `all`. */
  reports: Type.Record(Type.String(), Type.Record(Type.String(), Type.Record(Type.String(), Fetched))),
  /** By report and day: when it last failed. Removed when it is fetched. */
  failures: Type.Record(Type.String(), Type.Record(Type.String(), Type.String())),
  /** When the run began that has not come to its end; null after one that has. */
  unfinishedSince: Type.Union([Type.String(), Type.Null()]),
  /** When the first run began of those that have ended with files missing; null after one that has fetched all. */
  incompleteSince: Type.Union([Type.String(), Type.Null()])
}, { additionalProperties: false })
export type VenueState = Static<typeof VenueState>

export class StateError extends Error {
  override readonly name = 'StateError'
  /** What is wrong with it. */
  readonly how: string

  constructor (file: string, how: string) {
    super(`${file} ${how}. Delete it: the venue's days are then fetched again.`)
    this.how = how
  }
}

export function newState (venue: string, name: string | null): VenueState {
  return { version: VERSION, venue, name, reports: {}, failures: {}, unfinishedSince: null, incompleteSince: null }
}

/** @returns null when there is none. @throws StateError */
export async function readState (file: string): Promise<VenueState | null> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  let state: object
  // A state from before these fields.
  try { state = { failures: {}, incompleteSince: null, ...JSON.parse(text) } } catch { throw new StateError(file, 'is damaged') }
  if (Value.Check(VenueState, state)) return state
  const { version } = state as { version?: unknown }
  throw new StateError(file, typeof version === 'number' && version !== VERSION ? 'was written by another version' : 'is damaged')
}

/** At the end of a run that was not cut short. */
export async function noteEnd (file: string, isComplete: boolean): Promise<void> {
  const state = await readState(file)
  if (state === null) return
  const incompleteSince = isComplete ? null : state.incompleteSince ?? state.unfinishedSince
  await writeWhole(file, { ...state, unfinishedSince: null, incompleteSince })
}

/** Whole or not at all, whenever the power goes. */
export async function writeWhole (file: string, value: object): Promise<void> {
  const handle = await open(`${file}.new`, 'w')
  try {
    await handle.writeFile(`${JSON.stringify(value)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(`${file}.new`, file)
  await syncFolder(dirname(file))
}
