/** The plan of a venue, from its state. */
import { reasonOf } from './failures.ts'
import type { ExportFolder } from './folder.ts'
import type { ExportOptions } from './options.ts'
import { planVenue, type Job, type Venue } from './plan.ts'
import { newState, readState, type VenueState } from './state.ts'
import { stateFile, type Missing } from './venue-export.ts'

export interface Planned { readonly state: VenueState, readonly jobs: Job[] }

export async function planOf (venue: Venue, options: ExportOptions, folder: Pick<ExportFolder, 'own'>): Promise<Planned | Missing> {
  try {
    const state = await readState(stateFile(folder, venue.id)) ?? newState(venue.id, venue.name)
    return { state, jobs: await planVenue(venue, state, options, Date.now()) }
  } catch (error) {
    const { reason } = reasonOf(error)
    return { venue: venue.id, report: null, days: [], reason, whatToDo: 'Do as the reason says, and run the same command again.' }
  }
}
