import type { RollerEnvironment } from '../nango/venue.ts'

/** The settings of this gateway that the page uses. All of them are public. */
export interface PageSettings {
  /** The address of Nango's API for browsers. */
  readonly apiUrl: string
  /** Nango's Connect UI; null if unknown, so that the page offers only its own form. */
  readonly connectUrl: string | null
  readonly integrationId: string
  readonly environment: RollerEnvironment
}
