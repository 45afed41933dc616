/** Maximum ages of a connection's cached state, in milliseconds. */

/** For a call that waited, before it is sent: older state is read from Nango again. */
export const RECHECK_AGE = 5_000
/** For the ownership of a connection: a caller that lost it is rejected after this time, unless this process is notified sooner. */
export const OWNER_AGE = 60_000
