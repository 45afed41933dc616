/** How old what is known of a connection may be, where it matters. Milliseconds. */

/** Before a call leaves that has waited: what Nango said longer ago is asked again. */
export const RECHECK_AGE = 5_000
/** Whose a connection is. A caller who lost it is shut out after this, where nothing tells this process sooner. */
export const OWNER_AGE = 60_000
