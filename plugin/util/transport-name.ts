/** The first receiver of a call. */
export type TransportName = 'nango' | 'direct'
