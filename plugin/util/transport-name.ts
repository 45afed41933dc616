/** Who takes the call first. */
export type TransportName = 'nango' | 'direct'
