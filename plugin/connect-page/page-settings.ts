import type { RollerEnvironment } from '../nango/venue.ts'

/** The settings of this gateway that the page uses. All of them are public. */
export interface PageSettings {
  /** Nango's API as browsers reach it. */
  readonly apiUrl: string
  /** Nango's Connect UI; null where its address is not known, and the page has its own form alone. */
  readonly connectUrl: string | null
  readonly integrationId: string
  readonly environment: RollerEnvironment
}
