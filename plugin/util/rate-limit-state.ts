/** What the RateLimit headers of a call say. It comes back with the answer, and with the error. */
export interface RateLimitState {
  readonly name: 'rest' | 'reporting' | 'bulk'
  readonly limit: number
  /** Milliseconds. */
  readonly windowMs: number
  readonly remaining: number
  /** Milliseconds until one more call is allowed. */
  readonly resetMs: number
}
